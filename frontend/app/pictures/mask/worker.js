// @ts-check
/** Works on whole pictures beside the page: reads one, changes its mask, writes the mask into a file. */

import { decodedPng, encodedPng } from "../png.js";
import { flooded, sameColour, sameMask } from "./flood.js";
import { emptyMask, feathered, grown, inverted } from "./operations.js";

/** @typedef {import("./operations.js").Mask} Mask */
/** @typedef {import("../png.js").Pixels} Pixels */

/** Of a pixel: red, green, blue, alpha. */
const PARTS = 4;

/** @type {Pixels} */
let picture = { width: 0, height: 0, data: new Uint8Array(0) };

/** @param {Blob} blob @returns {Promise<Pixels>} */
async function read(blob) {
  const png = await decodedPng(new Uint8Array(await blob.arrayBuffer()));
  return png ?? (await decodedWhole(blob)) ?? decodedByCanvas(blob);
}

/**
 * Decode what may be transparent without multiplying colours by alpha, where the browser can; null where
 * it can not. Photographs are left to those who turn them upright.
 * @param {Blob} blob @returns {Promise<Pixels | null>}
 */
async function decodedWhole(blob) {
  const Decoder = /** @type {any} */ (globalThis).ImageDecoder;
  if (!Decoder || blob.type === "image/jpeg") return null;
  try {
    const decoder = new Decoder({ data: blob.stream(), type: blob.type, premultiplyAlpha: "none" });
    const { image } = await decoder.decode();
    const { displayWidth: width, displayHeight: height } = image;
    const data = new Uint8Array(image.allocationSize({ format: "RGBA" }));
    await image.copyTo(data, { format: "RGBA" });
    image.close();
    decoder.close();
    return data.length === PARTS * width * height ? { width, height, data } : null;
  } catch {
    return null;
  }
}

/** @param {Blob} blob @returns {Promise<Pixels>} */
async function decodedByCanvas(blob) {
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

/** Write a mask as the transparency of a picture that is nothing else. @param {Mask} mask */
function save({ data: masked, width, height }) {
  const data = new Uint8Array(PARTS * masked.length);
  for (let at = 0; at < masked.length; at += 1) data[PARTS * at + 3] = 255 - masked[at];
  return encodedPng({ width, height, data });
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
