// @ts-check
/** Curves as values: lists of points in 0..1, or of heights that lie evenly. */

/** @typedef {[number, number]} Point */

/** Digits that are kept. */
const DIGITS = 3;

/** @param {unknown} value @returns {Point[]} */
export function pointsOf(value) {
  const list = Array.isArray(value) ? value : [];
  if (list.length > 1 && list.every((each) => typeof each === "number"))
    return list.map((height, index) => [index / (list.length - 1), height]);
  const pairs = list.filter(
    (each) => Array.isArray(each) && each.length === 2 && each.every(Number.isFinite),
  );
  if (pairs.length > 1) return pairs.map(([x, y]) => [x, y]);
  return [
    [0, 0],
    [1, 1],
  ];
}

/** Return points as a value of the kind that was there. @param {readonly Point[]} points @param {unknown} before */
export function asCurve(points, before) {
  const isHeights =
    Array.isArray(before) && before.length > 1 && before.every((each) => typeof each === "number");
  return isHeights ? points.map(([, y]) => y) : points;
}

/** @param {number} value @param {number} least @param {number} most */
const within = (value, least, most) => Number(Math.min(most, Math.max(least, value)).toFixed(DIGITS));

/**
 * Move a point; it stays between its neighbours.
 * @param {readonly Point[]} points @param {number} index @param {Point} to @returns {Point[]}
 */
export function movedPoint(points, index, [x, y]) {
  const least = points[index - 1]?.[0] ?? 0;
  const most = points[index + 1]?.[0] ?? 1;
  return points.with(index, [within(x, least, most), within(y, 0, 1)]);
}

/**
 * Put a point where it belongs.
 * @param {readonly Point[]} points @param {Point} point @returns {{ points: Point[], index: number }}
 */
export function withPoint(points, [x, y]) {
  const later = points.findIndex((each) => each[0] > x);
  const index = later < 0 ? points.length : later;
  return { points: points.toSpliced(index, 0, [within(x, 0, 1), within(y, 0, 1)]), index };
}

/** Take a point away; two stay. @param {readonly Point[]} points @param {number} index @returns {Point[]} */
export const withoutPoint = (points, index) => (points.length > 2 ? points.toSpliced(index, 1) : [...points]);

/** Return what draws a curve into a box. @param {readonly Point[]} points @param {number} width @param {number} height */
export const drawnPoints = (points, width, height) =>
  points.map(([x, y]) => `${x * width},${(1 - y) * height}`).join(" ");
