// @ts-check
/**
 * PNG without a canvas: a canvas multiplies colours by alpha, and what is wholly masked would lose its
 * colours. Writes RGBA of 8 bits and reads it back (W3C PNG, third edition).
 */

/** @typedef {{ width: number, height: number, data: Uint8Array | Uint8ClampedArray }} Pixels  RGBA */

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];
const RGBA = 6;
const PARTS = 4;
const UP = 2;

/** @param {Pixels} pixels @returns {Promise<Blob>} */
export async function encodedPng({ width, height, data }) {
  const stride = width * PARTS;
  const lines = new Uint8Array((stride + 1) * height);
  for (let y = 0; y < height; y += 1) {
    const to = y * (stride + 1);
    lines[to] = UP;
    for (let x = 0; x < stride; x += 1) {
      const at = y * stride + x;
      lines[to + 1 + x] = data[at] - (y ? data[at - stride] : 0);
    }
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, RGBA, 0, 0, 0], 8);
  const packed = await through(lines, new CompressionStream("deflate"));
  const parts = [
    Uint8Array.from(SIGNATURE),
    chunk("IHDR", header),
    chunk("IDAT", packed),
    chunk("IEND", new Uint8Array(0)),
  ];
  return new Blob(/** @type {BlobPart[]} */ (parts), { type: "image/png" });
}

/**
 * Read a PNG of 8 bits and four channels, not interlaced; null for any other file.
 * @param {Uint8Array} bytes @returns {Promise<Pixels | null>}
 */
export async function decodedPng(bytes) {
  if (SIGNATURE.some((each, index) => bytes[index] !== each)) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const [depth, kind, , , interlace] = bytes.subarray(24, 29);
  if (depth !== 8 || kind !== RGBA || interlace) return null;
  // what is to be turned before it is seen is left to those who can
  if (!chunksOf(bytes, view, "eXIf").next().done) return null;
  const packed = [...chunksOf(bytes, view, "IDAT")];
  const lines = await through(joined(packed), new DecompressionStream("deflate"));
  return { width, height, data: unfiltered(lines, width * PARTS, height) };
}

/** @param {Uint8Array} bytes @param {DataView} view @param {string} wanted */
function* chunksOf(bytes, view, wanted) {
  for (let at = 8; at + 12 <= bytes.length; ) {
    const size = view.getUint32(at);
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (name === wanted) yield bytes.subarray(at + 8, at + 8 + size);
    at += size + 12;
  }
}

/** @param {Uint8Array[]} parts */
function joined(parts) {
  const all = new Uint8Array(parts.reduce((sum, each) => sum + each.length, 0));
  let at = 0;
  for (const each of parts) {
    all.set(each, at);
    at += each.length;
  }
  return all;
}

/** @param {Uint8Array} bytes @param {CompressionStream | DecompressionStream} stream */
async function through(bytes, stream) {
  const whole = new Blob([/** @type {BlobPart} */ (bytes)]).stream().pipeThrough(/** @type {any} */ (stream));
  return new Uint8Array(await new Response(whole).arrayBuffer());
}

/** @param {Uint8Array} lines @param {number} stride @param {number} height */
function unfiltered(lines, stride, height) {
  const data = new Uint8Array(stride * height);
  for (let y = 0; y < height; y += 1) {
    const from = y * (stride + 1);
    const kind = lines[from];
    for (let x = 0; x < stride; x += 1) {
      const at = y * stride + x;
      const left = x < PARTS ? 0 : data[at - PARTS];
      const up = y ? data[at - stride] : 0;
      const corner = y && x >= PARTS ? data[at - stride - PARTS] : 0;
      data[at] = lines[from + 1 + x] + guess(kind, left, up, corner);
    }
  }
  return data;
}

/** What a filter expects of a byte. @param {number} kind @param {number} left @param {number} up @param {number} corner */
function guess(kind, left, up, corner) {
  if (kind === 1) return left;
  if (kind === UP) return up;
  if (kind === 3) return (left + up) >> 1;
  return kind === 4 ? paeth(left, up, corner) : 0;
}

/** @param {number} left @param {number} up @param {number} corner */
function paeth(left, up, corner) {
  const whole = left + up - corner;
  const [a, b, c] = [Math.abs(whole - left), Math.abs(whole - up), Math.abs(whole - corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

/**
 * Put a text into a PNG, before its end; under UTF-8, so that every letter survives.
 * @param {Uint8Array} bytes  of a whole PNG @param {string} keyword @param {string} text
 */
export function withText(bytes, keyword, text) {
  const encoder = new TextEncoder();
  // after the keyword: no compression, no language, no translated keyword
  const data = joined([encoder.encode(keyword), new Uint8Array(5), encoder.encode(text)]);
  const end = bytes.length - 12;
  return joined([bytes.subarray(0, end), chunk("iTXt", data), bytes.subarray(end)]);
}

/** @param {string} name @param {Uint8Array} data */
function chunk(name, data) {
  const bytes = new Uint8Array(data.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(
    [...name].map((each) => each.charCodeAt(0)),
    4,
  );
  bytes.set(data, 8);
  view.setUint32(data.length + 8, crc(bytes.subarray(4, data.length + 8)));
  return bytes;
}

const CRCS = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/** @param {Uint8Array} bytes */
function crc(bytes) {
  let value = 0xffffffff;
  for (let at = 0; at < bytes.length; at += 1) value = CRCS[(value ^ bytes[at]) & 255] ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}
