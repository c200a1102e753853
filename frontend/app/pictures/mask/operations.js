// @ts-check
/** What can be done to a whole mask. Masks are bytes, row by row: 255 is masked, 0 is not. */

/** @typedef {{ data: Uint8Array, width: number, height: number }} Mask */
/** @typedef {{ left: number, top: number, right: number, bottom: number }} Area  pixels; right and bottom are the first outside */

/** @param {number} width @param {number} height @returns {Mask} */
export const emptyMask = (width, height) => ({ data: new Uint8Array(width * height), width, height });

/** @param {Mask} mask @returns {Mask} */
export function inverted({ data, width, height }) {
  const turned = new Uint8Array(data.length);
  for (let at = 0; at < data.length; at += 1) turned[at] = 255 - data[at];
  return { data: turned, width, height };
}

/**
 * Return the smallest area that holds all that is masked; null when nothing is.
 * @param {Mask} mask @returns {Area | null}
 */
export function maskedArea({ data, width, height }) {
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0; y < height; y += 1) {
    const row = y * width;
    let first = 0;
    while (first < width && !data[row + first]) first += 1;
    if (first === width) continue;
    let last = width - 1;
    while (!data[row + last]) last -= 1;
    top = Math.min(top, y);
    bottom = y + 1;
    left = Math.min(left, first);
    right = Math.max(right, last + 1);
  }
  return right ? { left, top, right, bottom } : null;
}

/**
 * Return a mask whose edge is moved outwards by a disc; a negative radius moves it inwards.
 * @param {Mask} mask @param {number} radius  pixels @returns {Mask}
 */
export function grown(mask, radius) {
  const reach = Math.round(Math.abs(radius));
  const masked = maskedArea(mask);
  if (!masked || !reach) return { ...mask, data: mask.data.slice() };
  const area = widened(masked, reach, mask);
  const part = cut(mask, area);
  const moved = radius > 0 ? dilated(part, reach) : inverted(dilated(inverted(part), reach));
  return pasted(mask, moved, area);
}

/** @param {Area} area @param {number} by @param {{ width: number, height: number }} size @returns {Area} */
export const widened = (area, by, { width, height }) => ({
  left: Math.max(0, area.left - by),
  top: Math.max(0, area.top - by),
  right: Math.min(width, area.right + by),
  bottom: Math.min(height, area.bottom + by),
});

/** @param {Mask} mask @param {Area} area @returns {Mask} */
function cut({ data, width }, { left, top, right, bottom }) {
  const part = emptyMask(right - left, bottom - top);
  for (let y = top; y < bottom; y += 1)
    part.data.set(data.subarray(y * width + left, y * width + right), (y - top) * part.width);
  return part;
}

/** @param {Mask} mask @param {Mask} part @param {Area} area @returns {Mask} */
function pasted({ data, width, height }, part, { left, top }) {
  const whole = data.slice();
  for (let y = 0; y < part.height; y += 1)
    whole.set(part.data.subarray(y * part.width, (y + 1) * part.width), (y + top) * width + left);
  return { data: whole, width, height };
}

/** Take the most of a disc around each pixel: the most of its rows. @param {Mask} mask @param {number} radius @returns {Mask} */
function dilated({ data, width, height }, radius) {
  const most = new Uint8Array(data.length);
  const row = new Uint8Array(width);
  for (let away = 0; away <= radius; away += 1) {
    const half = Math.floor(Math.sqrt((radius + 0.5) ** 2 - away ** 2));
    for (let y = 0; y < height; y += 1) {
      rowMost(data, y * width, width, half, row);
      if (y - away >= 0) keepMost(most, (y - away) * width, row);
      if (away && y + away < height) keepMost(most, (y + away) * width, row);
    }
  }
  return { data: most, width, height };
}

/**
 * Write the most within `half` pixels of each pixel of a row, in one pass: candidates wait in a queue
 * in which each is larger than the next (Lemire 2006, arXiv:cs/0610046).
 * @param {Uint8Array} data @param {number} start @param {number} width @param {number} half @param {Uint8Array} out
 */
function rowMost(data, start, width, half, out) {
  const queue = waiting(width);
  let [head, tail] = [0, 0];
  for (let x = 0; x < width + half; x += 1) {
    if (x < width) {
      while (tail > head && data[start + queue[tail - 1]] <= data[start + x]) tail -= 1;
      queue[tail] = x;
      tail += 1;
    }
    if (x < half) continue;
    if (queue[head] < x - 2 * half) head += 1;
    out[x - half] = data[start + queue[head]];
  }
}

let queueOfRow = new Int32Array(0);

/** One queue serves all rows. @param {number} width */
function waiting(width) {
  if (queueOfRow.length < width) queueOfRow = new Int32Array(width);
  return queueOfRow;
}

/** @param {Uint8Array} most @param {number} start @param {Uint8Array} row */
function keepMost(most, start, row) {
  for (let x = 0; x < row.length; x += 1) if (row[x] > most[start + x]) most[start + x] = row[x];
}

/**
 * Return a mask with soft edges: three box blurs, which come close to a Gaussian (Kovesi 2010). The edge
 * of the picture goes on outside of it.
 * @param {Mask} mask @param {number} radius  pixels over which an edge falls off, to either side @returns {Mask}
 */
export function feathered(mask, radius) {
  const masked = maskedArea(mask);
  const reach = Math.round(radius);
  if (!masked || reach < 1) return { ...mask, data: mask.data.slice() };
  const area = widened(masked, 2 * reach + 3, mask);
  let part = cut(mask, area);
  for (const half of boxes(reach)) {
    part = turned(blurredRows(part, half));
    part = turned(blurredRows(part, half));
  }
  return pasted(mask, part, area);
}

/** Halves of three boxes that together reach as far as asked. @param {number} reach */
function boxes(reach) {
  const one = Math.floor(reach / 3);
  const left = reach - 3 * one;
  return [one, one + (left > 1 ? 1 : 0), one + (left > 0 ? 1 : 0)].filter(Boolean);
}

/** @param {Mask} mask @param {number} half @returns {Mask} */
function blurredRows({ data, width, height }, half) {
  const out = new Uint8Array(data.length);
  const count = 2 * half + 1;
  for (let y = 0; y < height; y += 1) {
    const start = y * width;
    const end = start + width - 1;
    let sum = data[start] * (half + 1);
    for (let x = 1; x <= half; x += 1) sum += data[Math.min(start + x, end)];
    for (let x = 0; x < width; x += 1) {
      out[start + x] = Math.round(sum / count);
      sum += data[Math.min(start + x + half + 1, end)] - data[Math.max(start + x - half, start)];
    }
  }
  return { data: out, width, height };
}

/** Swap rows and columns. @param {Mask} mask @returns {Mask} */
function turned({ data, width, height }) {
  const out = new Uint8Array(data.length);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) out[x * height + y] = data[y * width + x];
  return { data: out, width: height, height: width };
}
