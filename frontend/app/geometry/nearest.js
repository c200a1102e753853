// @ts-check
/** Which node lies next in a direction, for going about a graph by keys. */

/** @typedef {import("./camera.js").Box} Box */
/** @typedef {"left" | "right" | "up" | "down"} Direction */

/** How much worse a step aside is than one ahead. */
const ASIDE = 2;

/** @param {Box} box */
const middle = ({ x, y, width, height }) => ({ x: x + width / 2, y: y + height / 2 });

/**
 * Return the box that lies nearest in a direction: within 45° when there is one, else anything that way.
 * @template {Box} T
 * @param {Iterable<T>} boxes @param {T} from @param {Direction} direction @returns {T | null}
 */
export function nearestIn(boxes, from, direction) {
  const start = middle(from);
  /** @type {T | null} */
  let best = null;
  let least = Number.POSITIVE_INFINITY;
  for (const box of boxes) {
    if (box === from) continue;
    const at = middle(box);
    const [dx, dy] = [at.x - start.x, at.y - start.y];
    const isAcross = direction === "left" || direction === "right";
    const ahead = (isAcross ? dx : dy) * (direction === "left" || direction === "up" ? -1 : 1);
    const aside = Math.abs(isAcross ? dy : dx);
    if (ahead <= 0) continue;
    const score = ahead + aside * ASIDE + (aside > ahead ? FAR : 0);
    if (score >= least) continue;
    least = score;
    best = box;
  }
  return best;
}

const FAR = 1e7;

/**
 * Return the box that one reads first: the uppermost of those farthest left.
 * @template {Box} T
 * @param {Iterable<T>} boxes @returns {T | null}
 */
export function firstOf(boxes) {
  /** @type {T | null} */
  let best = null;
  for (const box of boxes) if (!best || box.x + box.y < best.x + best.y) best = box;
  return best;
}
