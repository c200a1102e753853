// @ts-check
/** What moves when one drags: what is selected, what lies in selected frames, dots between nodes that move. */

import { around, holds } from "../geometry/camera.js";
import { moveDots } from "../model/edits/dots.js";
import { moveFrames } from "../model/edits/frames.js";
import { moveNodes } from "../model/edits/nodes.js";
import { notesOf, setNotes } from "../model/edits/notes.js";
import { isPinned } from "../model/looks.js";

/** @typedef {import("../geometry/graph-index.js").GraphIndex} GraphIndex */
/** @typedef {import("../geometry/camera.js").Box} Box */
/** @typedef {import("../state/selection.js").Selected} Selected */
/** @typedef {{ nodes: string[], dots: string[], notes: string[], frames: number[] }} Load */

/**
 * @param {GraphIndex} index @param {Selected} selected @param {boolean} [takesPinned]
 * @returns {Load}
 */
export function loadOf(index, selected, takesPinned = false) {
  const frames = [...selected.frames].flatMap((at) => index.drawing.frames[at] ?? []);
  const isFramed = (/** @type {Box} */ box) =>
    frames.some((each) => each !== box && holds(each, middleOf(box)));
  const { drawing } = index;
  const inside = [...index.nodes.values()].filter((each) => isFramed(each)).map(({ id }) => id);
  const nodes = [...new Set([...selected.nodes, ...inside])].filter((id) => {
    const node = index.nodes.get(id)?.node;
    return node && (takesPinned || !isPinned(node));
  });
  const framedDots = [...drawing.spots.values()].filter(isFramed).map(({ id }) => id);
  const framedNotes = [...drawing.notes.values()].filter(isFramed).map(({ id }) => id);
  const framedFrames = drawing.frames.filter(isFramed).map((each) => each.index);
  return {
    nodes,
    dots: [...new Set([...selected.dots, ...framedDots, ...dotsBetween(index, new Set(nodes))])],
    notes: [...new Set([...selected.notes, ...framedNotes])],
    frames: [...new Set([...selected.frames, ...framedFrames])],
  };
}

/** @param {Box} box */
export const middleOf = (box) => ({ x: box.x + box.width / 2, y: box.y + box.height / 2 });

/** @param {GraphIndex} index @param {ReadonlySet<string>} nodes @returns {string[]} */
export function dotsBetween(index, nodes) {
  if (!index.drawing.spots.size) return [];
  return [...nodes].flatMap((id) =>
    [...index.linksOf(id)].flatMap((linkId) => {
      const link = index.links.get(linkId);
      const isBetween = link?.to === id && nodes.has(link.from);
      return isBetween ? index.wayOf(id, link.input).through.map((each) => each.id) : [];
    }),
  );
}

/** @param {Load} load @returns {string[]} as `Canvas.drag` wants them */
export const drawnOf = ({ dots, notes, frames }) => [
  ...dots.map((id) => `dot ${id}`),
  ...notes.map((id) => `note ${id}`),
  ...frames.map((index) => `frame ${index}`),
];

/** @param {GraphIndex} index @param {Load} load @returns {Box | null} */
export function boxOfLoad(index, load) {
  const { notes, frames } = index.drawing;
  return around([
    ...load.nodes.flatMap((id) => index.nodes.get(id) ?? []),
    ...load.notes.flatMap((id) => notes.get(id) ?? []),
    ...load.frames.flatMap((at) => frames[at] ?? []),
  ]);
}

/**
 * @param {import("../state/tab.js").Tab} tab @param {Load} load @param {number} dx @param {number} dy
 * @returns {import("../model/patches.js").Patch[]}
 */
export function loadMoved(tab, load, dx, dy) {
  const { level, graph } = tab;
  const notes = new Map(
    notesOf(graph)
      .filter((each) => load.notes.includes(each.id))
      .map(({ id, place: [x, y, ...size] }) => [
        id,
        { place: [Math.round(x + dx), Math.round(y + dy), ...size] },
      ]),
  );
  return [
    ...moveNodes(level, graph, load.nodes, dx, dy),
    ...moveDots(level, graph, load.dots, dx, dy),
    ...setNotes(level, graph, notes),
    ...moveFrames(level, graph, load.frames, dx, dy),
  ];
}
