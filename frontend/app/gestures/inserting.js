// @ts-check
/** A node that is dropped on a link goes into it; what it feeds then makes room. */

import { meet } from "../geometry/camera.js";
import { nearest } from "../geometry/link-curve.js";
import { fitInto, inserted } from "../model/edits/healing.js";
import { moveNodes } from "../model/edits/nodes.js";
import { downstream } from "../model/edits/selected.js";
import { isPinned } from "../model/looks.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../geometry/graph-index.js").PlacedLink} PlacedLink */
/** @typedef {import("../geometry/graph-index.js").PlacedNode} PlacedNode */
/** @typedef {import("../geometry/camera.js").Point} Point */

/** Room between a node that was put in and the next one. */
const GAP = 48;

/**
 * Return the link that a node would go into where it is held now. A node that is linked goes into none.
 * @param {App} app @param {string} id @param {Point} at  of the pointer @returns {PlacedLink | null}
 */
export function linkUnder(app, id, at) {
  const { index } = app.canvas;
  const node = index.nodes.get(id);
  if (!node || index.linksOf(id).size) return null;
  /** @type {PlacedLink | null} */
  let found = null;
  let least = Infinity;
  for (const link of index.links.values()) {
    if (!link.curve.length || !meet(link.box, node)) continue;
    const { distance, point } = nearest(link.curve, at);
    const isUnder = meet({ ...point, width: 0.1, height: 0.1 }, node);
    if (distance < least && isUnder && fitOf(app, node, link)) [found, least] = [link, distance];
  }
  return found;
}

/** @param {App} app @param {PlacedNode} node @param {PlacedLink} link */
function fitOf(app, node, link) {
  const end = app.canvas.index.nodes.get(link.to)?.box.inputs.find((each) => each.name === link.input);
  return end ? fitInto(node.node, node.spec, link.type, end.type) : null;
}

/**
 * @param {App} app @param {string} id @param {PlacedLink} link
 * @returns {import("../model/patches.js").Patch[]}
 */
export function insertedInto(app, id, link) {
  const { canvas, tab } = app;
  const node = /** @type {PlacedNode} */ (canvas.index.nodes.get(id));
  const fit = fitOf(app, node, link);
  return fit ? inserted(tab.level, tab.graph, link, id, node.spec, fit) : [];
}

/**
 * Push what a node feeds now to the right, as far as it needs.
 * @param {App} app @param {PlacedNode} node  as it was dropped @param {PlacedLink} link  that it went into
 * @returns {import("../model/patches.js").Patch[]}
 */
export function roomMade(app, node, link) {
  const { canvas, tab } = app;
  const next = canvas.index.nodes.get(link.to);
  if (!next || !app.settings.get("makeRoom")) return [];
  const dx = node.x + node.width + GAP - next.x;
  if (dx <= 0) return [];
  const pushed = [...downstream(tab.graph, [link.to])].filter((id) => {
    const each = canvas.index.nodes.get(id);
    return each && !isPinned(each.node) && each.x >= Math.min(next.x, node.x);
  });
  return moveNodes(tab.level, tab.graph, pushed, dx, 0);
}
