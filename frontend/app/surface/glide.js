// @ts-check
/** The camera goes to a place smoothly, unless one wants no motion. Whoever moves it meanwhile has it. */

/** @typedef {import("../geometry/camera.js").Camera} Camera */

export class Glide {
  /** @type {Camera | null} where it goes */
  target = null;
  #request = 0;
  /** @type {Camera | null} what it has set last */
  #last = null;

  /** @param {import("./surface.js").Surface} surface @param {() => boolean} isWanted */
  constructor(surface, isWanted) {
    this.surface = surface;
    this.isWanted = isWanted;
  }

  /** @param {Camera} target @param {number} [duration] milliseconds */
  to(target, duration = 200) {
    this.stop();
    const from = this.surface.camera;
    const isCalm = !this.isWanted() || matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (isCalm || !this.surface.size.width) {
      this.surface.lookFrom(target);
      return;
    }
    this.target = target;
    this.#last = from;
    const start = performance.now();
    const step = (/** @type {number} */ now) => {
      if (this.surface.camera !== this.#last) {
        this.target = null;
        return;
      }
      const t = Math.min(1, Math.max(0, now - start) / duration);
      this.#last = t < 1 ? between(from, target, 1 - (1 - t) ** 3) : target;
      this.surface.lookFrom(this.#last);
      if (t < 1) this.#request = requestAnimationFrame(step);
      else this.target = null;
    };
    this.#request = requestAnimationFrame(step);
  }

  stop() {
    cancelAnimationFrame(this.#request);
    this.target = null;
  }
}

/**
 * Zoom goes by factors; the point that stays where it is in both stays there all the way.
 * @param {Camera} a @param {Camera} b @param {number} t 0 to 1 @returns {Camera}
 */
export function between(a, b, t) {
  const zoom = a.zoom * (b.zoom / a.zoom) ** t;
  const isZoomed = Math.abs(1 / b.zoom - 1 / a.zoom) > 1e-9;
  const part = isZoomed ? (1 / zoom - 1 / a.zoom) / (1 / b.zoom - 1 / a.zoom) : t;
  return { x: a.x + (b.x - a.x) * part, y: a.y + (b.y - a.y) * part, zoom };
}
