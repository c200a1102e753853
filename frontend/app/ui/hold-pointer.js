// @ts-check
/** Whose a pointer is while it is pressed. */

/**
 * Have an element hear all of a pointer until it is let go.
 * @param {Element} element @param {PointerEvent} press  one that is told later may be over
 */
export function holdPointer(element, press) {
  try {
    element.setPointerCapture(press.pointerId);
  } catch (problem) {
    if (press.isTrusted) throw problem;
  }
}
