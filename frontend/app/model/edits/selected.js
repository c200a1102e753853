// @ts-check
/** Edits of what is selected, whatever its kind, and which nodes a selection leads to. */

import { entryOf } from "../maps.js";
import { removeDots } from "./dots.js";
import { removeFrames } from "./frames.js";
import { removeNodes } from "./nodes.js";
import { removeNotes } from "./notes.js";

/** @typedef {import("../document.js").Graph} Graph */
/** @typedef {import("../patches.js").Patch} Patch */
/** @typedef {import("../../state/selection.js").Selected} Selected */

/** Dots go first: ways that lead on without them may end with their nodes. @param {string} level @param {Graph} graph @param {Selected} selected @returns {Patch[]} */
export const removeSelected = (level, graph, { nodes, dots, frames, notes }) => [
  ...removeDots(level, graph, dots),
  ...removeNodes(level, graph, nodes),
  ...removeFrames(level, graph, frames),
  ...removeNotes(level, graph, notes),
];

/**
 * Return nodes and all that feed them, over any number of links.
 * @param {Graph} graph @param {Iterable<string>} ids @returns {Set<string>}
 */
export function upstream(graph, ids) {
  return reached(ids, (id) => Object.values(graph.nodes[id]?.links ?? {}).map(([from]) => from));
}

/**
 * Return nodes and all that they feed.
 * @param {Graph} graph @param {Iterable<string>} ids @returns {Set<string>}
 */
export function downstream(graph, ids) {
  /** @type {Map<string, string[]>} */
  const fed = new Map();
  for (const [id, node] of Object.entries(graph.nodes)) {
    for (const [from] of Object.values(node.links ?? {})) entryOf(fed, from, () => []).push(id);
  }
  return reached(ids, (id) => fed.get(id) ?? []);
}

/** @param {Iterable<string>} ids @param {(id: string) => readonly string[]} next @returns {Set<string>} */
function reached(ids, next) {
  const found = new Set(ids);
  const waiting = [...found];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    for (const each of next(id)) {
      if (found.has(each)) continue;
      found.add(each);
      waiting.push(each);
    }
  }
  return found;
}
