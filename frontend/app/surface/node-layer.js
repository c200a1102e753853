// @ts-check
/** The mounted nodes and notes, moved all at once by one transform; what was zoomed is drawn sharp once it rests. */

import { originOf } from "../geometry/camera.js";

/** So long after the last step of a zoom nodes are drawn anew. */
const REST_MS = 160;

export class NodeLayer {
  /** The zoom at which it was drawn. */
  #drawnAt = 1;
  #timer = 0;
  #request = 0;

  /** @param {HTMLElement} element */
  constructor(element) {
    this.element = element;
  }

  /** @param {import("../geometry/camera.js").Camera} camera */
  look(camera) {
    const { zoom } = camera;
    const { x, y } = originOf(camera, devicePixelRatio);
    this.element.style.transform = `translate(${x}px, ${y}px) scale(${zoom})`;
    clearTimeout(this.#timer);
    if (zoom !== this.#drawnAt) this.#timer = window.setTimeout(() => this.#sharpen(zoom), REST_MS);
  }

  close() {
    clearTimeout(this.#timer);
    cancelAnimationFrame(this.#request);
  }

  /**
   * A layer that is about to move keeps the pixels it has, at whatever size: for one frame it is none.
   * @param {number} zoom
   */
  #sharpen(zoom) {
    this.#drawnAt = zoom;
    const { style } = this.element;
    style.willChange = "auto";
    cancelAnimationFrame(this.#request);
    this.#request = requestAnimationFrame(() => {
      this.#request = requestAnimationFrame(() => style.removeProperty("will-change"));
    });
  }
}
