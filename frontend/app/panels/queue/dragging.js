// @ts-check
/** Rows change places: by dragging their handle, or by Alt and the arrow keys. */

/**
 * Follow a drag of a row's handle.
 * @param {PointerEvent} event @param {(place: number) => void} show  a place before which it would go, -1 when it is over
 * @param {(place: number) => void} drop
 */
export function dragRow(event, show, drop) {
  if (event.button) return;
  const handle = /** @type {HTMLElement} */ (event.currentTarget);
  const list = /** @type {HTMLElement} */ (handle.closest("ol"));
  const stop = new AbortController();
  let place = -1;
  event.preventDefault();
  handle.setPointerCapture(event.pointerId);
  // the handle leaves the page when it is scrolled out of sight
  const page = handle.ownerDocument;
  const { signal } = stop;
  const end = (/** @type {boolean} */ isDropped) => {
    stop.abort();
    show(-1);
    if (isDropped && place >= 0) drop(place);
  };
  page.addEventListener(
    "pointermove",
    (moved) => {
      place = placeAt(list, moved.clientY);
      show(place);
    },
    { signal },
  );
  page.addEventListener("pointerup", () => end(true), { signal });
  page.addEventListener("pointercancel", () => end(false), { signal });
  page.addEventListener(
    "keydown",
    (key) => {
      if (key.key !== "Escape") return;
      key.stopPropagation();
      end(false);
    },
    { signal, capture: true },
  );
}

/** @param {HTMLElement} list @param {number} y */
function placeAt(list, y) {
  const rows = /** @type {HTMLElement[]} */ ([...list.children]);
  // a place is left when the pointer is beyond the middle of a row
  const next = rows.find((each) => {
    const { top, height } = each.getBoundingClientRect();
    return y < top + height / 2;
  });
  return next ? Number(next.dataset.place) : Number(rows.at(-1)?.dataset.place) + 1;
}

/**
 * Return where a key takes a row: the place before which it goes; null when it is no such key.
 * @param {KeyboardEvent} event @param {number} at @param {number} count @returns {number | null}
 */
export function placeOfKey(event, at, count) {
  if (!event.altKey) return null;
  if (event.key === "ArrowUp") return Math.max(0, at - 1);
  if (event.key === "ArrowDown") return Math.min(count, at + 2);
  if (event.key === "Home") return 0;
  return event.key === "End" ? count : null;
}
