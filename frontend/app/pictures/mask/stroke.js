// @ts-check
/** One stroke of a brush. Where it crosses itself it is no stronger, as its strength is set against what was before it. */

/** @typedef {import("./operations.js").Mask} Mask */
/** @typedef {import("./operations.js").Area} Area */
/** @typedef {{ size: number, hardness: number, opacity: number, isEraser: boolean }} Brush  size: pixels across; the others 0 to 1 */
/** @typedef {{ x: number, y: number, pressure: number }} Touch  pixels of the mask; pressure 0 to 1 */

/** The lightest touch is still so much of the brush. */
const LEAST = 0.15;
/** A soft edge falls off at least over so many pixels, so that it is no staircase. */
const SOFT_PX = 1;

export class Stroke {
  /** All that was touched. @type {Area} */
  area;

  /** @param {Mask} mask  is written to @param {Brush} brush @param {Uint8Array} before  the mask as it was @param {Uint8Array} cover  zeros, as many; `end` makes them zeros again */
  constructor(mask, brush, before, cover) {
    this.mask = mask;
    this.brush = brush;
    this.before = before;
    this.cover = cover;
    this.area = { left: mask.width, top: mask.height, right: 0, bottom: 0 };
    this.last = /** @type {Touch | null} */ (null);
  }

  /**
   * Go on to a point; the first one begins.
   * @param {Touch} touch @returns {Area | null} what has changed
   */
  to(touch) {
    const from = this.last ?? touch;
    this.last = touch;
    const reach = Math.max(this.#radius(from), this.#radius(touch)) + SOFT_PX;
    const area = {
      left: Math.max(0, Math.floor(Math.min(from.x, touch.x) - reach)),
      top: Math.max(0, Math.floor(Math.min(from.y, touch.y) - reach)),
      right: Math.min(this.mask.width, Math.ceil(Math.max(from.x, touch.x) + reach)),
      bottom: Math.min(this.mask.height, Math.ceil(Math.max(from.y, touch.y) + reach)),
    };
    if (area.left >= area.right || area.top >= area.bottom) return null;
    this.#paint(from, touch, area);
    this.area = joined(this.area, area);
    return area;
  }

  end() {
    const { left, top, right, bottom } = this.area;
    const { width } = this.mask;
    for (let y = top; y < bottom; y += 1) this.cover.fill(0, y * width + left, y * width + right);
  }

  /** @param {Touch} touch */
  #radius = ({ pressure }) => (this.brush.size / 2) * (LEAST + (1 - LEAST) * pressure);

  /**
   * Cover a capsule: all that is near the line between two touches.
   * @param {Touch} from @param {Touch} to @param {Area} area
   */
  #paint(from, to, { left, top, right, bottom }) {
    const { width } = this.mask;
    const [dx, dy] = [to.x - from.x, to.y - from.y];
    const length = dx * dx + dy * dy || 1;
    const [start, end] = [this.#radius(from), this.#radius(to)];
    const hardness = Math.min(1, Math.max(0, this.brush.hardness));
    for (let y = top; y < bottom; y += 1) {
      const ay = y + 0.5 - from.y;
      for (let x = left; x < right; x += 1) {
        const ax = x + 0.5 - from.x;
        const way = Math.min(1, Math.max(0, (ax * dx + ay * dy) / length));
        const radius = start + (end - start) * way;
        const distance = Math.hypot(ax - dx * way, ay - dy * way);
        if (distance >= radius + SOFT_PX / 2) continue;
        this.#cover(y * width + x, falloff(distance, radius, hardness));
      }
    }
  }

  /** @param {number} at @param {number} strength  0 to 1 */
  #cover(at, strength) {
    const covered = Math.round(strength * 255);
    if (covered <= this.cover[at]) return;
    this.cover[at] = covered;
    const share = (covered / 255) * this.brush.opacity;
    const goal = this.brush.isEraser ? 0 : 255;
    this.mask.data[at] = Math.round(this.before[at] + (goal - this.before[at]) * share);
  }
}

/**
 * Return how much a brush covers at a distance: all of it inside, less and less over its soft part.
 * @param {number} distance @param {number} radius @param {number} hardness
 */
export function falloff(distance, radius, hardness) {
  const outer = radius + SOFT_PX / 2;
  const inner = Math.min(radius * hardness, radius - SOFT_PX / 2);
  if (distance <= inner) return 1;
  if (distance >= outer) return 0;
  const way = (outer - distance) / (outer - inner);
  return way * way * (3 - 2 * way);
}

/** @param {Area} a @param {Area} b @returns {Area} */
export const joined = (a, b) => ({
  left: Math.min(a.left, b.left),
  top: Math.min(a.top, b.top),
  right: Math.max(a.right, b.right),
  bottom: Math.max(a.bottom, b.bottom),
});
