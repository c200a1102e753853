// @ts-check
/** Where the pointer is, for commands that are used by key. */

import { toGraph } from "../geometry/camera.js";

/** @typedef {import("../geometry/camera.js").Point} Point */

/**
 * Return where the pointer is; the middle when it is not on the surface.
 * @param {import("../app.js").App} app @returns {{ at: Point, client: Point }} in the graph, and in the window
 */
export function pointerOf(app) {
  const { surface } = app.canvas;
  const { host } = surface;
  const { left, top, width, height } = host.getBoundingClientRect();
  const last = app.gestures.last;
  const pixel = last && host.matches(":hover") ? last.pixel : { x: width / 2, y: height / 2 };
  return { at: toGraph(surface.camera, pixel), client: { x: left + pixel.x, y: top + pixel.y } };
}

let lastKey = "";
let cameByKey = false;

/**
 * Tell those who came to the surface by Tab from those who point.
 * @param {EventTarget} [page]
 */
export function followFocus(page = document) {
  const options = { capture: true };
  const onPointer = () => {
    lastKey = "";
    cameByKey = false;
  };
  page.addEventListener("pointermove", onPointer, options);
  page.addEventListener("pointerdown", onPointer, options);
  page.addEventListener("focusin", () => (cameByKey = lastKey === "Tab"), options);
  page.addEventListener("keydown", (event) => (lastKey = /** @type {KeyboardEvent} */ (event).key), options);
}

/** Say whether Tab is free: those who came by it go on by it. @param {import("../app.js").App} app */
export const isPointing = (app) => app.canvas.surface.host.matches(":hover") && !cameByKey;
