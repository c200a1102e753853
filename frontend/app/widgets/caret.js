// @ts-check
/** Where a letter of a text area is on the screen. */

const COPIED = /** @type {const} */ ([
  "boxSizing",
  "fontFamily",
  "fontSize",
  "fontWeight",
  "letterSpacing",
  "lineHeight",
  "padding",
]);

/**
 * Return the window's pixels of a place in a text area, by a copy of it that can be measured.
 * @param {HTMLTextAreaElement} area @param {number} at @returns {{ x: number, top: number, bottom: number }}
 */
export function caretPoint(area, at) {
  const copy = document.createElement("div");
  const style = getComputedStyle(area);
  for (const name of COPIED) copy.style[name] = style[name];
  Object.assign(copy.style, {
    position: "fixed",
    visibility: "hidden",
    whiteSpace: "pre-wrap",
    overflowWrap: "break-word",
    width: `${area.clientWidth}px`,
  });
  const mark = document.createElement("span");
  mark.textContent = "|";
  copy.append(area.value.slice(0, at), mark);
  document.body.append(copy);
  const { offsetLeft, offsetTop, offsetHeight } = mark;
  copy.remove();
  const box = area.getBoundingClientRect();
  const zoom = box.width / area.offsetWidth || 1;
  const top = box.top + (offsetTop - area.scrollTop) * zoom;
  return {
    x: box.left + offsetLeft * zoom,
    top: Math.max(box.top, top),
    bottom: Math.min(box.bottom, top + offsetHeight * zoom),
  };
}
