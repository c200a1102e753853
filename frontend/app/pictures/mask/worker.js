// @ts-check
/** Works on whole pictures beside the page: reads one, changes its mask, writes both into a file. */

import { decodedPng, encodedPng } from "../png.js";
import { flooded, sameColour, sameMask } from "./flood.js";
import { emptyMask, feathered, grown, inverted } from "./operations.js";

/** @typedef {import("./operations.js").Mask} Mask */
/** @typedef {import("../png.js").Pixels} Pixels */

/** @type {Pixels} */
let picture = { width: 0, height: 0, data: new Uint8Array(0) };

/** @param {Blob} blob @returns {Promise<Pixels>} */
async function read(blob) {
  const png = await decodedPng(new Uint8Array(await blob.arrayBuffer()));
  if (png) return png;
  const bitmap = await createImageBitmap(blob);
  const { width, height } = bitmap;
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (
    new OffscreenCanvas(width, height).getContext("2d")
  );
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return { width, height, data: context.getImageData(0, 0, width, height).data };
}

/** Read a picture; its mask is where it is transparent. @param {Blob} blob */
async function open(blob) {
  picture = await read(blob);
  const { width, height } = picture;
  const mask = emptyMask(width, height);
  const opaque = new Uint8ClampedArray(picture.data);
  for (let at = 0; at < mask.data.length; at += 1) {
    mask.data[at] = 255 - opaque[4 * at + 3];
    opaque[4 * at + 3] = 255;
  }
  return { bitmap: await createImageBitmap(new ImageData(opaque, width, height)), mask };
}

/** @param {{ mask: Mask, x: number, y: number, value: number, by: "mask" | "picture", tolerance: number }} asked */
function fill({ mask, x, y, value, by, tolerance }) {
  const start = y * mask.width + x;
  const isSame = by === "mask" ? sameMask(mask, start) : sameColour(picture.data, start, tolerance);
  return flooded(mask, x, y, value, isSame);
}

/** Write the picture with its mask as transparency. @param {Mask} mask */
function save(mask) {
  const data = new Uint8Array(picture.data);
  for (let at = 0; at < mask.data.length; at += 1) data[4 * at + 3] = 255 - mask.data[at];
  return encodedPng({ width: picture.width, height: picture.height, data });
}

/** @type {Record<string, (asked: any) => unknown>} */
const WORK = {
  open: ({ blob }) => open(blob),
  grow: ({ mask, by }) => grown(mask, by),
  feather: ({ mask, by }) => feathered(mask, by),
  invert: ({ mask }) => inverted(mask),
  clear: ({ mask }) => emptyMask(mask.width, mask.height),
  fill,
  save: ({ mask }) => save(mask),
};

addEventListener("message", async ({ data: { id, name, asked } }) => {
  try {
    const found = /** @type {any} */ (await WORK[name](asked));
    const moved = [found?.data?.buffer, found?.mask?.data.buffer, found?.bitmap].filter(Boolean);
    postMessage({ id, found }, { transfer: moved });
  } catch (problem) {
    postMessage({ id, problem: String(problem instanceof Error ? problem.message : problem) });
  }
});
