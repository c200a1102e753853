// @ts-check
/** The way of a link from socket to socket, as cubic Bézier curves. Graph units. */

/** @typedef {import("./camera.js").Point} Point */
/** @typedef {import("./camera.js").Box} Box */
/** @typedef {readonly number[]} Curve  x0 y0, then for each piece two control points and its end */
/** @typedef {"curve" | "straight" | "right-angled"} Shape */

/** How far the control points reach out, at least and at most. */
const LEAST = 24;
const MOST = 160;

/**
 * @param {Point} from  middle of the output @param {Point} to  middle of the input
 * @param {readonly Point[]} through  reroute dots, in order @param {Shape} [shape]
 * @returns {Curve}
 */
export function linkCurve(from, to, through = [], shape = "curve") {
  const points = [from, ...through, to];
  const curve = [from.x, from.y];
  for (let index = 1; index < points.length; index += 1) {
    curve.push(...piece(points[index - 1], points[index], shape));
  }
  return curve;
}

/** @param {Point} a @param {Point} b @param {Shape} shape @returns {number[]} */
function piece(a, b, shape) {
  if (shape === "straight") return [a.x, a.y, b.x, b.y, b.x, b.y];
  if (shape === "right-angled") {
    const middle = (a.x + b.x) / 2;
    return [
      a.x,
      a.y,
      middle,
      a.y,
      middle,
      a.y,
      middle,
      a.y,
      middle,
      b.y,
      middle,
      b.y,
      middle,
      b.y,
      b.x,
      b.y,
      b.x,
      b.y,
    ];
  }
  const reach = Math.min(
    MOST,
    Math.max(LEAST, Math.abs(b.x - a.x) / 2, Math.hypot(b.x - a.x, b.y - a.y) / 4),
  );
  return [a.x + reach, a.y, b.x - reach, b.y, b.x, b.y];
}

/** @param {Curve} curve @returns {Box} the box of its control points, which holds it */
export function curveBox(curve) {
  let [left, top] = curve;
  let [right, bottom] = curve;
  for (let index = 2; index < curve.length; index += 2) {
    left = Math.min(left, curve[index]);
    right = Math.max(right, curve[index]);
    top = Math.min(top, curve[index + 1]);
    bottom = Math.max(bottom, curve[index + 1]);
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}

const STEPS = 16;

/**
 * Return how far a point is from a curve, and on which piece it is nearest.
 * @param {Curve} curve @param {Point} at @returns {{ distance: number, piece: number, point: Point }}
 */
export function nearest(curve, at) {
  let best = { distance: Infinity, piece: 0, point: { x: curve[0], y: curve[1] } };
  walk(curve, (a, b, index) => {
    const point = nearestOnLine(a, b, at);
    const distance = Math.hypot(point.x - at.x, point.y - at.y);
    if (distance < best.distance) best = { distance, piece: index, point };
  });
  return best;
}

/**
 * Say whether a stroke from one point to another crosses a curve.
 * @param {Curve} curve @param {Point} from @param {Point} to
 */
export function crosses(curve, from, to) {
  let found = false;
  walk(curve, (a, b) => {
    found ||= linesCross(a, b, from, to);
  });
  return found;
}

/** @param {Curve} curve @param {(a: Point, b: Point, piece: number) => void} visit */
function walk(curve, visit) {
  for (let start = 0, index = 0; start + 7 < curve.length; start += 6, index += 1) {
    let a = { x: curve[start], y: curve[start + 1] };
    for (let step = 1; step <= STEPS; step += 1) {
      const b = pointAt(curve, start, step / STEPS);
      visit(a, b, index);
      a = b;
    }
  }
}

/** @param {Curve} curve @param {number} start @param {number} t @returns {Point} */
function pointAt(curve, start, t) {
  const u = 1 - t;
  const [a, b, c, d] = [u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t];
  return {
    x: a * curve[start] + b * curve[start + 2] + c * curve[start + 4] + d * curve[start + 6],
    y: a * curve[start + 1] + b * curve[start + 3] + c * curve[start + 5] + d * curve[start + 7],
  };
}

/** @param {Point} a @param {Point} b @param {Point} at @returns {Point} */
function nearestOnLine(a, b, at) {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length = dx * dx + dy * dy;
  const t = length ? Math.min(1, Math.max(0, ((at.x - a.x) * dx + (at.y - a.y) * dy) / length)) : 0;
  return { x: a.x + t * dx, y: a.y + t * dy };
}

/** @param {Point} a @param {Point} b @param {Point} c @param {Point} d */
function linesCross(a, b, c, d) {
  const side = (/** @type {Point} */ p, /** @type {Point} */ q, /** @type {Point} */ r) =>
    Math.sign((q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x));
  return side(a, b, c) !== side(a, b, d) && side(c, d, a) !== side(c, d, b);
}
