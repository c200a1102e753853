// @ts-check
/** Drags something from the library onto the graph; the new node is seen under the pointer. */

import { typeWord } from "../../model/types.js";
import { made } from "../../ui/made.js";
import { GRIP, sizeOf } from "./dropping.js";

/** @typedef {import("../../app.js").App} App */
/** @typedef {import("./dropping.js").Dropped} Dropped */

const CLICK_PX = 4;

/** @param {App} app @param {PointerEvent} start @param {Dropped} what */
export function dragOut(app, start, what) {
  if (start.button !== 0 || start.pointerType === "touch") return;
  const item = /** @type {HTMLElement} */ (start.currentTarget);
  const stop = new AbortController();
  const { signal } = stop;
  /** @type {HTMLElement | null} */
  let ghost = null;
  const end = () => {
    stop.abort();
    ghost?.remove();
    app.canvas.surface.host.classList.remove("is-dropping");
  };
  const follow = (/** @type {PointerEvent} */ event) => {
    if (!ghost && Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) < CLICK_PX) return;
    ghost ??= ghostOf(app, what);
    const target = what.over?.(app.canvas.point(event));
    ghost.classList.toggle("is-over", Boolean(target));
    ghost.style.transform = `translate(${event.clientX}px, ${event.clientY}px) scale(${app.canvas.camera.zoom}) translate(${-GRIP.x}px, ${-GRIP.y}px)`;
  };
  const drop = (/** @type {PointerEvent} */ event) => {
    const wasDragged = Boolean(ghost);
    end();
    if (!wasDragged) return;
    // the click that follows is no click
    item.addEventListener("click", (click) => click.preventDefault(), { capture: true, once: true });
    setTimeout(() => item.blur());
    if (isOnSurface(app, event)) what.add(app.canvas.point(event));
  };
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    end();
  };
  item.setPointerCapture(start.pointerId);
  item.addEventListener("pointermove", follow, { signal });
  item.addEventListener("pointerup", drop, { signal });
  item.addEventListener("lostpointercapture", end, { signal });
  document.addEventListener("keydown", onKey, { capture: true, signal });
}

/** What lies over an empty graph lies on it too. @param {App} app @param {PointerEvent} event */
function isOnSurface(app, event) {
  const below = document.elementFromPoint(event.clientX, event.clientY);
  return Boolean(app.canvas.surface.host.parentElement?.contains(below));
}

/** @param {App} app @param {Dropped} what @returns {HTMLElement} */
function ghostOf(app, { title, spec }) {
  const ghost = made("div", "library-ghost", document.body);
  made("div", "node-header", ghost).textContent = spec?.title ?? title;
  if (!spec) return ghost;
  const box = sizeOf(spec);
  Object.assign(ghost.style, { width: `${box.width}px`, height: `${box.height}px` });
  for (const { type, y } of box.inputs) socketAt(ghost, type, y, "input");
  for (const { type, y } of box.outputs) socketAt(ghost, type, y, "output");
  app.canvas.surface.host.classList.add("is-dropping");
  return ghost;
}

/** @param {HTMLElement} ghost @param {string} type @param {number} y @param {"input" | "output"} kind */
function socketAt(ghost, type, y, kind) {
  const socket = made("span", `socket socket-${kind} type-${typeWord(type)}`, ghost);
  socket.style.top = `${y}px`;
  socket.style[kind === "input" ? "left" : "right"] = "0";
}
