// @ts-check
/** The dots behind everything: one pattern, so that their number costs nothing. */

/** @typedef {import("../geometry/camera.js").Camera} Camera */

export const GRID = 24;
/** Dots nearer to each other than this, in pixels, are left out fourfold. */
const NEAREST_PX = 14;

export class Grid {
  #tile = document.createElement("canvas");
  #key = "";

  /**
   * @param {CanvasRenderingContext2D} context  in device pixels
   * @param {Camera} camera @param {number} ratio  device pixels per pixel @param {string} colour
   */
  draw(context, camera, ratio, colour) {
    let step = GRID;
    while (step * camera.zoom < NEAREST_PX) step *= 4;
    const size = step * camera.zoom * ratio;
    const whole = Math.max(1, Math.round(size));
    this.#make(whole, ratio, colour);
    const pattern = context.createPattern(this.#tile, "repeat");
    if (!pattern) return;
    const scale = size / whole;
    const move = (/** @type {number} */ at) => -(((at * camera.zoom * ratio) % size) + size / 2);
    pattern.setTransform(new DOMMatrix([scale, 0, 0, scale, move(camera.x), move(camera.y)]));
    context.fillStyle = pattern;
    context.fillRect(0, 0, context.canvas.width, context.canvas.height);
  }

  /** @param {number} size @param {number} ratio @param {string} colour */
  #make(size, ratio, colour) {
    const key = `${size} ${ratio} ${colour}`;
    if (key === this.#key) return;
    this.#key = key;
    this.#tile.width = this.#tile.height = size;
    const context = /** @type {CanvasRenderingContext2D} */ (this.#tile.getContext("2d"));
    context.fillStyle = colour;
    context.beginPath();
    context.arc(size / 2, size / 2, 1.1 * ratio, 0, 2 * Math.PI);
    context.fill();
  }
}
