// @ts-check
/** Keeps what is typed while a part is still being loaded. */

/**
 * Return what a key types into the list that it opens: "" for keys that only open it, null for other keys.
 * @param {KeyboardEvent} event @returns {string | null}
 */
export function openingText({ key, ctrlKey, metaKey, altKey }) {
  if (ctrlKey || metaKey || altKey) return null;
  if (["ArrowDown", "ArrowUp", "Enter", " "].includes(key)) return "";
  return key.length === 1 ? key : null;
}

/**
 * Gather keys from now on, however long the part takes. The overlay that it is given to as `typed` ends it
 * when it is closed, as one is that can not be loaded; Escape ends it too.
 * @returns {() => string} ends it; what was typed, with "\n" for Enter
 */
export function typedMeanwhile() {
  let typed = "";
  const stop = new AbortController();
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Escape") stop.abort();
    if (stop.signal.aborted || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key.length === 1) typed += event.key;
    if (event.key === "Enter") typed += "\n";
    if (event.key === "Backspace") typed = typed.slice(0, -1);
  };
  document.addEventListener("keydown", onKey, { capture: true, signal: stop.signal });
  return () => {
    stop.abort();
    return typed;
  };
}
