// @ts-check
/** The ground and the dots on it: one opaque pattern of whole pixels, which is copied and not computed. */

/** @typedef {import("../geometry/camera.js").Camera} Camera */
/** @typedef {{ surface: string, grid: string }} Colours */

export const GRID = 24;
/** Dots nearer to each other than this, in pixels, are left out fourfold. */
const NEAREST_PX = 14;
const RADIUS_PX = 1.1;
/** A tile has so many dots on a side at most. */
const MOST_DOTS = 8;

export class Grid {
  #tile = document.createElement("canvas");
  #key = "";

  /**
   * @param {CanvasRenderingContext2D} context  in device pixels
   * @param {Camera} camera @param {number} ratio  device pixels per pixel @param {Colours} colours
   */
  draw(context, camera, ratio, colours) {
    const step = stepAt(camera.zoom) * camera.zoom * ratio;
    const count = dotsIn(step);
    const size = Math.max(1, Math.round(count * step));
    this.#make(size, count, ratio, colours);
    const pattern = context.createPattern(this.#tile, "repeat");
    if (!pattern) return;
    const corner = (/** @type {number} */ at) => -Math.round((at * camera.zoom * ratio) % (count * step));
    pattern.setTransform(new DOMMatrix([1, 0, 0, 1, corner(camera.x), corner(camera.y)]));
    context.fillStyle = pattern;
    context.fillRect(0, 0, context.canvas.width, context.canvas.height);
  }

  /** @param {number} size @param {number} count  dots on a side @param {number} ratio @param {Colours} colours */
  #make(size, count, ratio, colours) {
    const key = `${size} ${count} ${ratio} ${colours.surface} ${colours.grid}`;
    if (key === this.#key) return;
    this.#key = key;
    this.#tile.width = this.#tile.height = size;
    const context = /** @type {CanvasRenderingContext2D} */ (this.#tile.getContext("2d", { alpha: false }));
    context.fillStyle = colours.surface;
    context.fillRect(0, 0, size, size);
    context.fillStyle = colours.grid;
    const step = size / count;
    const radius = RADIUS_PX * ratio;
    // the corners are in the grid: a dot there is drawn in all four
    for (let x = 0; x <= count; x += 1) {
      for (let y = 0; y <= count; y += 1) {
        context.beginPath();
        context.arc(x * step, y * step, radius, 0, 2 * Math.PI);
        context.fill();
      }
    }
  }
}

/** @param {number} zoom @returns {number} graph units between dots */
function stepAt(zoom) {
  let step = GRID;
  while (step * zoom < NEAREST_PX) step *= 4;
  return step;
}

/**
 * Return how many steps come nearest to whole pixels.
 * @param {number} step  device pixels
 */
export function dotsIn(step) {
  let best = 1;
  const off = (/** @type {number} */ count) => Math.abs(count * step - Math.round(count * step)) / count;
  for (let count = 2; count <= MOST_DOTS; count += 1) if (off(count) < off(best) - 1e-9) best = count;
  return best;
}
