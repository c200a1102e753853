// @ts-check
/** Changing a number by dragging over it. A press that does not move is a click. */

import { holdPointer } from "../ui/hold-pointer.js";

/** Pixels: less is a click. */
const CLICK_PX = 3;
/** Pixels of a step. */
const STEP_PX = 5;
const FINE = 0.1;
const COARSE = 10;

/**
 * @typedef {{
 *   onMove: (steps: number, isFine: boolean) => void, onEnd: (isTaken: boolean) => void, onClick: () => void,
 *   pixelsAStep?: number,
 * }} Scrubbing  steps: since the press; onEnd: whether the value is taken, else all is as before
 */

/**
 * Follow a pointer that was pressed.
 * @param {HTMLElement} element @param {PointerEvent} press @param {Scrubbing} scrubbing
 */
export function scrub(element, press, { onMove, onEnd, onClick, pixelsAStep = STEP_PX }) {
  const stop = new AbortController();
  const { signal } = stop;
  let isScrubbing = false;
  let last = press.clientX;
  let steps = 0;
  const end = (/** @type {boolean} */ isTaken) => {
    stop.abort();
    element.classList.remove("is-scrubbed");
    if (isScrubbing) onEnd(isTaken);
    else if (isTaken) onClick();
  };
  const move = (/** @type {PointerEvent} */ event) => {
    isScrubbing ||= Math.abs(event.clientX - press.clientX) > CLICK_PX;
    if (!isScrubbing) return;
    element.classList.add("is-scrubbed");
    // the way so far stays as it is when Shift or Ctrl is pressed meanwhile
    const factor = event.shiftKey ? FINE : event.ctrlKey || event.metaKey ? COARSE : 1;
    steps += ((event.clientX - last) / pixelsAStep) * factor;
    last = event.clientX;
    onMove(steps, event.shiftKey);
  };
  const key = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    end(false);
  };
  holdPointer(element, press);
  element.addEventListener("pointermove", move, { signal });
  element.addEventListener("pointerup", () => end(true), { signal });
  element.addEventListener("pointercancel", () => end(false), { signal });
  window.addEventListener("keydown", key, { capture: true, signal });
}
