// @ts-check
/** A field over a title, in which one names what is under it. Enter keeps it, Escape does not. */

import { made } from "../ui/made.js";

/**
 * @param {import("./canvas.js").Canvas} canvas
 * @param {{ box: { x: number, y: number, width: number }, height: number, value: string, usual: string, label: string, keep: (name: string) => void }} about
 *   box: in the graph; usual: shown while the field is empty
 */
export function editName({ surface }, { box, height, value, usual, label, keep }) {
  const field = made("input", "inline-name", surface.layer);
  field.value = value;
  field.placeholder = usual;
  field.setAttribute("aria-label", label);
  Object.assign(field.style, {
    transform: `translate(${box.x}px, ${box.y}px)`,
    width: `${box.width}px`,
    height: `${height}px`,
  });
  let isOver = false;
  const leave = (/** @type {boolean} */ isKept) => {
    if (isOver) return;
    isOver = true;
    const name = field.value.trim();
    field.remove();
    surface.host.focus({ preventScroll: true });
    if (isKept && name !== value) keep(name);
  };
  field.addEventListener("blur", () => leave(true));
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || (event.key !== "Enter" && event.key !== "Escape")) return;
    event.preventDefault();
    event.stopPropagation();
    leave(event.key === "Enter");
  });
  field.focus({ preventScroll: true });
  field.select();
}
