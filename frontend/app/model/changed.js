// @ts-check
/** Where an edit has changed something: on which levels, and which nodes there. */

import { graphAt } from "./document.js";
import { definitionOf, levelsOf } from "./subgraphs.js";

/** @typedef {import("./document.js").WorkflowDocument} WorkflowDocument */
/** @typedef {import("./patches.js").Patch} Patch */

/**
 * @param {readonly Patch[]} patches
 * @returns {Map<string, Set<string>>} level -> ids of nodes; a level where something else changed has none
 */
export function changedNodes(patches) {
  /** @type {Map<string, Set<string>>} */
  const levels = new Map();
  for (const { path } of patches) {
    const isInside = path[0] === "subgraphs";
    // a whole definition comes or goes with what is done to its instance
    if (isInside && path.length < 3) continue;
    const [level, [part, id]] = isInside ? [path[1], path.slice(2)] : ["", path];
    const nodes = levels.get(level) ?? new Set();
    levels.set(level, nodes);
    if (part === "nodes" && id !== undefined) nodes.add(id);
  }
  return levels;
}

/**
 * Return the shortest way from the top into a definition, or null where none leads.
 * @param {WorkflowDocument} document @param {string} level @returns {readonly string[] | null}
 */
export function wayInto(document, level) {
  /** @type {Map<string, readonly string[]>} */
  const ways = new Map([["", []]]);
  const known = new Set(levelsOf(document));
  for (const [from, way] of ways) {
    if (from === level) return way;
    for (const [id, node] of Object.entries(graphAt(document, from).nodes)) {
      const into = definitionOf(node);
      if (known.has(into) && !ways.has(into)) ways.set(into, [...way, id]);
    }
  }
  return null;
}
