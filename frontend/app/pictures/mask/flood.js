// @ts-check
/** Fills what belongs together: an area of the mask, or one of similar colour in the picture. */

/** @typedef {import("./operations.js").Mask} Mask */
/** @typedef {(at: number) => boolean} IsSame  whether a pixel belongs to where one has pressed */

/**
 * Set all pixels that hang together with one.
 * @param {Mask} mask @param {number} x @param {number} y @param {number} value @param {IsSame} isSame @returns {Mask}
 */
export function flooded({ data, width, height }, x, y, value, isSame) {
  const out = data.slice();
  const seen = new Uint8Array(data.length);
  const starts = [y * width + x];
  for (let start = starts.pop(); start !== undefined; start = starts.pop()) {
    if (seen[start] || !isSame(start)) continue;
    const row = start - (start % width);
    let left = start;
    while (left > row && isSame(left - 1) && !seen[left - 1]) left -= 1;
    let right = start;
    while (right < row + width - 1 && isSame(right + 1) && !seen[right + 1]) right += 1;
    seen.fill(1, left, right + 1);
    out.fill(value, left, right + 1);
    if (row) enter(left - width, right - width, seen, isSame, starts);
    if (row + width < width * height) enter(left + width, right + width, seen, isSame, starts);
  }
  return { data: out, width, height };
}

/**
 * Go into a neighbouring row: once for each stretch.
 * @param {number} from @param {number} to @param {Uint8Array} seen @param {IsSame} isSame @param {number[]} starts
 */
function enter(from, to, seen, isSame, starts) {
  let isIn = false;
  for (let at = from; at <= to; at += 1) {
    const fits = !seen[at] && isSame(at);
    if (fits && !isIn) starts.push(at);
    isIn = fits;
  }
}

/** Pixels on the same side of half masked. @param {Mask} mask @param {number} start @returns {IsSame} */
export function sameMask({ data }, start) {
  const isMasked = data[start] > 127;
  return (at) => data[at] > 127 === isMasked;
}

/**
 * Pixels whose colour differs by no more than so much in any part.
 * @param {Uint8Array | Uint8ClampedArray} pixels  RGBA @param {number} start @param {number} tolerance  0 to 255 @returns {IsSame}
 */
export function sameColour(pixels, start, tolerance) {
  const [red, green, blue] = pixels.subarray(4 * start, 4 * start + 3);
  return (at) =>
    Math.abs(pixels[4 * at] - red) <= tolerance &&
    Math.abs(pixels[4 * at + 1] - green) <= tolerance &&
    Math.abs(pixels[4 * at + 2] - blue) <= tolerance;
}
