// @ts-check
/** Keeps what is typed while a part is still being loaded. */

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
