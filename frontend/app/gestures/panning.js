// @ts-check
/** The view follows the pointer. */

import { panned } from "../geometry/camera.js";

/**
 * @param {import("../app.js").App} app @param {import("./machine.js").Pointer} start
 * @returns {import("./machine.js").GestureState}
 */
export function panning(app, start) {
  const { surface } = app.canvas;
  const camera = surface.camera;
  /** @type {import("./machine.js").GestureState} */
  const state = {
    name: "panning",
    cursor: "grabbing",
    move: ({ pixel }) => {
      surface.lookFrom(panned(camera, pixel.x - start.pixel.x, pixel.y - start.pixel.y));
      return state;
    },
    up: () => null,
    cancel: () => surface.lookFrom(camera),
  };
  return state;
}
