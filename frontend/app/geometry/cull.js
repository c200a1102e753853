// @ts-check
/** What of a graph is seen. A scan over all boxes takes microseconds at thousands of nodes. */

import { meet } from "./camera.js";

/** @typedef {import("./camera.js").Box} Box */

/** Nodes are mounted this far beyond what is seen, in graph units at most, and in pixels. */
export const MARGIN = 600;
export const MARGIN_PX = 240;
/** More nodes are never in the page. */
export const MOST_MOUNTED = 250;
/** Below this zoom text can not be read: nodes are drawn, not mounted. */
export const FAR = 0.4;

/**
 * @template {Box} T
 * @param {Iterable<T>} boxes @param {Box} view @returns {T[]}
 */
export function within(boxes, view) {
  /** @type {T[]} */
  const found = [];
  for (const each of boxes) if (meet(each, view)) found.push(each);
  return found;
}

/**
 * Return the nearest boxes to the middle of the view, no more than `most`.
 * @template {Box} T
 * @param {T[]} boxes @param {Box} view @param {number} most @returns {T[]}
 */
export function nearestTo(boxes, view, most) {
  if (boxes.length <= most) return boxes;
  const [x, y] = [view.x + view.width / 2, view.y + view.height / 2];
  const far = (/** @type {Box} */ box) =>
    Math.abs(box.x + box.width / 2 - x) + Math.abs(box.y + box.height / 2 - y);
  return boxes
    .map((box) => ({ box, far: far(box) }))
    .sort((a, b) => a.far - b.far)
    .slice(0, most)
    .map(({ box }) => box);
}
