// @ts-check
/** Edits of frames, as patches. The list is replaced whole; a frame is known by its place in it. */

import { pathIn } from "../document.js";

/** @typedef {import("../document.js").Graph} Graph */
/** @typedef {import("../document.js").Frame} Frame */
/** @typedef {import("../patches.js").Patch} Patch */

/** @param {string} level @param {readonly Frame[]} frames @returns {Patch[]} */
const asPatch = (level, frames) => [{ path: pathIn(level, "frames"), value: frames }];

/** @param {string} level @param {Graph} graph @param {Frame} frame @returns {Patch[]} */
export const addFrame = (level, graph, frame) => asPatch(level, [...(graph.frames ?? []), frame]);

/**
 * @param {string} level @param {Graph} graph @param {ReadonlyMap<number, Partial<Frame>>} changes
 * @returns {Patch[]}
 */
export function setFrames(level, graph, changes) {
  if (!changes.size) return [];
  return asPatch(
    level,
    (graph.frames ?? []).map((each, index) => without({ ...each, ...changes.get(index) })),
  );
}

/** Leave out what is undefined, as the document does. @param {Frame} frame @returns {Frame} */
const without = (frame) =>
  /** @type {Frame} */ (Object.fromEntries(Object.entries(frame).filter(([, value]) => value !== undefined)));

/**
 * @param {string} level @param {Graph} graph @param {Iterable<number>} indices
 * @param {number} dx @param {number} dy @returns {Patch[]}
 */
export function moveFrames(level, graph, indices, dx, dy) {
  /** @type {Map<number, Partial<Frame>>} */
  const changes = new Map();
  for (const index of indices) {
    const frame = graph.frames?.[index];
    if (!frame) continue;
    const [x, y, width, height] = frame.place;
    changes.set(index, { place: [Math.round(x + dx), Math.round(y + dy), width, height] });
  }
  return setFrames(level, graph, changes);
}

/**
 * Remove frames; what lies in them stays.
 * @param {string} level @param {Graph} graph @param {ReadonlySet<number>} indices @returns {Patch[]}
 */
export function removeFrames(level, graph, indices) {
  if (!indices.size) return [];
  const left = (graph.frames ?? []).filter((_, index) => !indices.has(index));
  return asPatch(level, left);
}
