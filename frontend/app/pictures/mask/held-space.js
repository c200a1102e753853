// @ts-check
/** While Space is held the picture is moved. */

/**
 * @param {() => { isSpaceHeld: boolean } | null} view @returns {() => void} stops it
 */
export function followSpace(view) {
  const stop = new AbortController();
  const { signal } = stop;
  /** @param {boolean} isHeld */
  const hold = (isHeld) => {
    const now = view();
    if (now) now.isSpaceHeld = isHeld;
  };
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    const isButton = /** @type {Element} */ (event.target).closest?.("button, input");
    if (event.key !== " " || isButton || !view()) return;
    hold(event.type === "keydown");
    event.preventDefault();
  };
  window.addEventListener("keydown", onKey, { capture: true, signal });
  window.addEventListener("keyup", onKey, { capture: true, signal });
  // a key that is let go in another window is not heard here
  window.addEventListener("blur", () => hold(false), { signal });
  return () => stop.abort();
}
