// @ts-check
/**
 * Nodes in columns, from what feeds to what is fed. Nodes of one frame stay together, and the frame is put
 * around them again. What is laid out keeps its upper left corner.
 */

import { around, encloses, grownBy } from "../../geometry/camera.js";
import { FRAME_TITLE } from "../../geometry/hit-test.js";
import { placed } from "./arrange.js";
import { setFrames } from "./frames.js";

/** @typedef {import("../document.js").Graph} Graph */
/** @typedef {import("../patches.js").Patch} Patch */
/** @typedef {import("../../geometry/camera.js").Box} Box */
/** @typedef {import("../../geometry/camera.js").Point} Point */
/** @typedef {Box & { id: string }} Placed */
/** @typedef {{ nodes: { id: string, width: number, height: number, frame: string }[], links: [string, string][] }} Task  plain, for a worker; frame "" is none */
/** @typedef {[string, number, number][]} Places  id, x, y of upper left corners */

const COLUMN_GAP = 72;
const ROW_GAP = 28;
const FRAME_MARGIN = 24;

/**
 * Return what is to be laid out.
 * @param {Graph} graph @param {readonly Placed[]} nodes
 * @param {{ keepsFrames: boolean }} how  frames of a part of the nodes are left as they are
 * @returns {Task}
 */
export function layoutTask(graph, nodes, { keepsFrames }) {
  const ids = new Set(nodes.map((each) => each.id));
  const links = nodes.flatMap(({ id }) =>
    Object.values(graph.nodes[id]?.links ?? {})
      .filter(([from]) => ids.has(from))
      .map(([from]) => /** @type {[string, string]} */ ([from, id])),
  );
  return {
    nodes: nodes.map(({ id, width, height, ...at }) => ({
      id,
      width,
      height,
      frame: keepsFrames ? "" : frameOf(graph, { ...at, width, height }),
    })),
    links,
  };
}

/** @param {Graph} graph @param {Box} node @returns {string} the smallest frame that a node lies in, "" when in none */
function frameOf(graph, node) {
  let best = "";
  let least = Infinity;
  for (const [index, { place }] of (graph.frames ?? []).entries()) {
    const [x, y, width, height] = place;
    if (!encloses({ x, y, width, height }, node) || width * height >= least) continue;
    least = width * height;
    best = String(index);
  }
  return best;
}

/**
 * @param {Pick<typeof import("@dagrejs/dagre"), "graphlib" | "layout">} dagre @param {Task} task @returns {Places}
 */
export function laidOut(dagre, { nodes, links }) {
  const graph = new dagre.graphlib.Graph({ compound: true, multigraph: false });
  graph.setGraph({ rankdir: "LR", ranksep: COLUMN_GAP, nodesep: ROW_GAP, marginx: 0, marginy: 0 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { frame } of nodes) if (frame) graph.setNode(`frame ${frame}`, {});
  for (const { id, width, height, frame } of nodes) {
    graph.setNode(id, { width, height });
    if (frame) graph.setParent(id, `frame ${frame}`);
  }
  for (const [from, to] of links) graph.setEdge(from, to);
  dagre.layout(graph);
  return nodes.map(({ id, width, height }) => {
    const { x = 0, y = 0 } = /** @type {{ x?: number, y?: number }} */ (graph.node(id));
    return [id, x - width / 2, y - height / 2];
  });
}

/**
 * Return the edit that puts nodes where they were laid out, and frames around theirs.
 * @param {string} level @param {Graph} graph @param {readonly Placed[]} nodes @param {Task} task
 * @param {Places} places @returns {Patch[]}
 */
export function layoutPatches(level, graph, nodes, task, places) {
  const before = around(nodes);
  const left = Math.min(...places.map(([, x]) => x));
  const top = Math.min(...places.map(([, , y]) => y));
  if (!before) return [];
  const spots = new Map(places.map(([id, x, y]) => [id, { x: before.x + x - left, y: before.y + y - top }]));
  /** @type {Map<number, Box[]>} */
  const inFrames = new Map();
  for (const { id, width, height, frame } of task.nodes) {
    const spot = spots.get(id);
    if (!frame || !spot) continue;
    inFrames.set(Number(frame), [...(inFrames.get(Number(frame)) ?? []), { ...spot, width, height }]);
  }
  return [...placed(level, graph, spots), ...setFrames(level, graph, new Map([...inFrames].map(fitted)))];
}

/** @param {[number, Box[]]} entry @returns {[number, Partial<import("../document.js").Frame>]} */
function fitted([index, boxes]) {
  const { x, y, width, height } = grownBy(/** @type {Box} */ (around(boxes)), FRAME_MARGIN);
  const place = [x, y - FRAME_TITLE, width, height + FRAME_TITLE].map(Math.round);
  return [index, { place: /** @type {import("../document.js").Place} */ (place) }];
}
