// @ts-check
/** Nodes in line and evenly apart. As patches. */

import { around } from "../../geometry/camera.js";
import { pathIn } from "../document.js";
import { isPinned } from "../looks.js";

/** @typedef {import("../document.js").Graph} Graph */
/** @typedef {import("../patches.js").Patch} Patch */
/** @typedef {import("../../geometry/camera.js").Box} Box */
/** @typedef {import("../../geometry/camera.js").Point} Point */
/** @typedef {Box & { id: string }} Placed */
/** @typedef {"left" | "center" | "right" | "top" | "middle" | "bottom"} Side */
/** @typedef {"horizontal" | "vertical"} Way */

/** Where a node lies on a line of the box around all of them. @type {Readonly<Record<Side, (whole: Box, node: Box) => Partial<Point>>>} */
const LINES = {
  left: (whole) => ({ x: whole.x }),
  center: (whole, node) => ({ x: whole.x + (whole.width - node.width) / 2 }),
  right: (whole, node) => ({ x: whole.x + whole.width - node.width }),
  top: (whole) => ({ y: whole.y }),
  middle: (whole, node) => ({ y: whole.y + (whole.height - node.height) / 2 }),
  bottom: (whole, node) => ({ y: whole.y + whole.height - node.height }),
};

/**
 * @param {string} level @param {Graph} graph @param {readonly Placed[]} nodes @param {Side} side
 * @returns {Patch[]}
 */
export function aligned(level, graph, nodes, side) {
  const whole = around(nodes);
  if (!whole) return [];
  return placed(level, graph, new Map(nodes.map((each) => [each.id, LINES[side](whole, each)])));
}

/**
 * Put the same gap between neighbours; the outermost ones stay.
 * @param {string} level @param {Graph} graph @param {readonly Placed[]} nodes @param {Way} way
 * @returns {Patch[]}
 */
export function distributed(level, graph, nodes, way) {
  const whole = around(nodes);
  if (!whole || nodes.length < 3) return [];
  const [start, length] =
    way === "horizontal" ? /** @type {const} */ (["x", "width"]) : /** @type {const} */ (["y", "height"]);
  const inOrder = [...nodes].sort((a, b) => a[start] + a[length] / 2 - b[start] - b[length] / 2);
  const filled = nodes.reduce((sum, each) => sum + each[length], 0);
  const gap = (whole[length] - filled) / (nodes.length - 1);
  let at = whole[start];
  /** @type {Map<string, Partial<Point>>} */
  const places = new Map();
  for (const each of inOrder) {
    places.set(each.id, { [start]: at });
    at += each[length] + gap;
  }
  return placed(level, graph, places);
}

/**
 * Move nodes to places; those that are there already are left alone.
 * @param {string} level @param {Graph} graph @param {ReadonlyMap<string, Partial<Point>>} places
 * @returns {Patch[]}
 */
export function placed(level, graph, places) {
  /** @type {Patch[]} */
  const patches = [];
  for (const [id, at] of places) {
    const node = graph.nodes[id];
    if (!node || isPinned(node)) continue;
    const [x = 0, y = 0, width = 0, height = 0] = node.place ?? [];
    const [left, top] = [Math.round(at.x ?? x), Math.round(at.y ?? y)];
    if (left === x && top === y) continue;
    patches.push({ path: pathIn(level, "nodes", id, "place"), value: [left, top, width, height] });
  }
  return patches;
}
