// @ts-check
/** Where one looks: the graph point in the upper left corner, and pixels per graph unit. */

/** @typedef {{ x: number, y: number, zoom: number }} Camera */
/** @typedef {{ x: number, y: number }} Point */
/** @typedef {{ x: number, y: number, width: number, height: number }} Box */

export const LEAST_ZOOM = 0.05;
export const MOST_ZOOM = 4;

/** @param {Camera} camera @param {Point} at  pixels of the surface @returns {Point} */
export const toGraph = (camera, at) => ({
  x: camera.x + at.x / camera.zoom,
  y: camera.y + at.y / camera.zoom,
});

/** @param {Camera} camera @param {Point} at @returns {Point} */
export const toScreen = (camera, at) => ({
  x: (at.x - camera.x) * camera.zoom,
  y: (at.y - camera.y) * camera.zoom,
});

/**
 * Return where the graph's origin is drawn: on whole device pixels, as texts and the grid are sharp there.
 * @param {Camera} camera @param {number} ratio  device pixels per pixel @returns {Point} pixels
 */
export const originOf = (camera, ratio) => ({
  x: Math.round(-camera.x * camera.zoom * ratio) / ratio,
  y: Math.round(-camera.y * camera.zoom * ratio) / ratio,
});

/** @param {Camera} camera @param {number} dx  pixels @param {number} dy @returns {Camera} */
export const panned = (camera, dx, dy) => ({
  ...camera,
  x: camera.x - dx / camera.zoom,
  y: camera.y - dy / camera.zoom,
});

/**
 * Zoom; the graph point under `at` stays there.
 * @param {Camera} camera @param {Point} at  pixels @param {number} factor @returns {Camera}
 */
export function zoomed(camera, at, factor) {
  const zoom = Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, camera.zoom * factor));
  const point = toGraph(camera, at);
  return { x: point.x - at.x / zoom, y: point.y - at.y / zoom, zoom };
}

/**
 * Show a box whole, in the middle.
 * @param {Box} box @param {{ width: number, height: number }} view  pixels @param {number} [margin] pixels
 * @returns {Camera}
 */
export function fitting(box, view, margin = 48) {
  const room = { width: Math.max(1, view.width - 2 * margin), height: Math.max(1, view.height - 2 * margin) };
  const wanted = Math.min(room.width / Math.max(1, box.width), room.height / Math.max(1, box.height), 1);
  const zoom = Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, wanted));
  return {
    x: box.x + box.width / 2 - view.width / zoom / 2,
    y: box.y + box.height / 2 - view.height / zoom / 2,
    zoom,
  };
}

/** @param {Camera} camera @param {{ width: number, height: number }} view @returns {Box} */
export const seen = (camera, view) => ({
  x: camera.x,
  y: camera.y,
  width: view.width / camera.zoom,
  height: view.height / camera.zoom,
});

/** @param {Box} box @param {number} by @returns {Box} */
export const grownBy = (box, by) => ({
  x: box.x - by,
  y: box.y - by,
  width: box.width + 2 * by,
  height: box.height + 2 * by,
});

/** @param {Box} a @param {Box} b */
export const meet = (a, b) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/** @param {Box} outer @param {Box} inner */
export const encloses = (outer, inner) =>
  outer.x <= inner.x &&
  outer.y <= inner.y &&
  outer.x + outer.width >= inner.x + inner.width &&
  outer.y + outer.height >= inner.y + inner.height;

/** @param {Box} box @param {Point} at */
export const holds = (box, at) =>
  at.x >= box.x && at.y >= box.y && at.x <= box.x + box.width && at.y <= box.y + box.height;

/** @param {readonly Box[]} boxes @returns {Box | null} */
export function around(boxes) {
  if (!boxes.length) return null;
  const x = Math.min(...boxes.map((each) => each.x));
  const y = Math.min(...boxes.map((each) => each.y));
  const right = Math.max(...boxes.map((each) => each.x + each.width));
  const bottom = Math.max(...boxes.map((each) => each.y + each.height));
  return { x, y, width: right - x, height: bottom - y };
}
