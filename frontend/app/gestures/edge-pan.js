// @ts-check
/** While something is dragged to the border the view goes on by itself, faster the farther out. */

import { panned } from "../geometry/camera.js";

const BORDER_PX = 40;
/** Pixels a millisecond for each pixel into the border. */
const SPEED = 0.021;
const LONGEST_MS = 100;

/**
 * @param {import("../app.js").App} app
 * @param {() => void} onPanned  the view has moved under the resting pointer
 */
export function edgePan(app, onPanned) {
  const { surface } = app.canvas;
  let request = 0;
  let last = 0;
  let speed = { x: 0, y: 0 };

  /** @param {number} now */
  function go(now) {
    request = 0;
    if (!speed.x && !speed.y) return;
    const passed = Math.min(LONGEST_MS, Math.max(0, now - last));
    last = now;
    surface.lookFrom(panned(surface.camera, speed.x * passed, speed.y * passed));
    onPanned();
    request = requestAnimationFrame(go);
  }

  return {
    /** @param {import("../geometry/camera.js").Point} pixel */
    at(pixel) {
      speed = { x: out(pixel.x, surface.size.width), y: out(pixel.y, surface.size.height) };
      if ((!speed.x && !speed.y) || request) return;
      last = performance.now();
      request = requestAnimationFrame(go);
    },
    stop() {
      cancelAnimationFrame(request);
      request = 0;
    },
  };
}

/** @param {number} at @param {number} length */
function out(at, length) {
  if (at < BORDER_PX) return (BORDER_PX - at) * SPEED;
  if (at > length - BORDER_PX) return (length - BORDER_PX - at) * SPEED;
  return 0;
}
