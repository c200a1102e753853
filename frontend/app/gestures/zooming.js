// @ts-check
/** Ctrl+Shift-drag: up zooms in, down zooms out, at the place that was pressed. */

import { zoomed } from "../geometry/camera.js";

const SPEED = 0.006;

/**
 * @param {import("../app.js").App} app @param {import("./machine.js").Pointer} start
 * @returns {import("./machine.js").GestureState}
 */
export function zooming(app, start) {
  const { surface } = app.canvas;
  const camera = surface.camera;
  /** @type {import("./machine.js").GestureState} */
  const state = {
    name: "zooming",
    cursor: "zoom-in",
    move: ({ pixel }) => {
      surface.lookFrom(zoomed(camera, start.pixel, Math.exp((start.pixel.y - pixel.y) * SPEED)));
      return state;
    },
    up: () => null,
    cancel: () => surface.lookFrom(camera),
  };
  return state;
}
