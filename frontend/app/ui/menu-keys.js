// @ts-check
/** How the focus goes about a menu by keys. */

/**
 * Move the focus; a letter goes to the next item that begins with it, Tab stays.
 * @param {KeyboardEvent} event @param {readonly HTMLElement[]} items @returns {boolean} whether the key meant something
 */
export function stepIn(event, items) {
  if (!items.length || event.ctrlKey || event.metaKey || event.altKey) return false;
  const now = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  /** @type {Record<string, number>} */
  const places = {
    ArrowDown: now + 1,
    ArrowUp: Math.max(now, 0) - 1,
    Home: 0,
    End: -1,
    Tab: Math.max(now, 0),
  };
  const next =
    event.key in places ? items.at(places[event.key] % items.length) : beginning(event.key, items, now);
  next?.focus();
  return next !== undefined;
}

/** @param {string} letter @param {readonly HTMLElement[]} items @param {number} now */
function beginning(letter, items, now) {
  if (letter.length !== 1 || letter === " ") return undefined;
  const begins = (/** @type {HTMLElement} */ item) =>
    (item.textContent ?? "").trim().toLowerCase().startsWith(letter.toLowerCase());
  return [...items.slice(now + 1), ...items.slice(0, now + 1)].find(begins);
}
