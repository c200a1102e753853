// @ts-check
/** How several pictures share the room of one node. */

/** @typedef {import("../state/runs.js").Picture} Picture */

/** Pictures that a node shows; the rest is counted. */
const MOST_TILES = 16;
/** A node's figure is not much higher than wide. */
const HIGHEST = 1.25;

/**
 * @param {readonly Picture[]} pictures
 * @returns {{ columns: number, rows: number, count: number, shape: number }} shape: height over width of all; count: of those shown
 */
export function gridOf(pictures) {
  const count = Math.min(MOST_TILES, pictures.length);
  const { width = 1, height = 1 } = pictures[0] ?? {};
  const tile = (height || 1) / (width || 1);
  let columns = 1;
  const shape = () => (Math.ceil(count / columns) * tile) / columns;
  while (columns < count && shape() > HIGHEST) columns += 1;
  return { columns, rows: Math.max(1, Math.ceil(count / columns)), count, shape: shape() };
}
