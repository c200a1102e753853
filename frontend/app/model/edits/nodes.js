// @ts-check
/** Edits of nodes, as patches: adding, moving, removing, values, modes. */

import { pathIn } from "../document.js";
import { withoutWays } from "./dots.js";

/** @typedef {import("../document.js").Graph} Graph */
/** @typedef {import("../document.js").Node} Node */
/** @typedef {import("../patches.js").Patch} Patch */

/**
 * Return ids that no node of a level has, nor anything that is drawn there as one.
 * @param {Graph} graph @param {number} count @param {Iterable<string>} [taken] @returns {string[]}
 */
export function freeIds(graph, count, taken = []) {
  const { virtual = {}, notes = [] } = graph.view ?? {};
  const drawn = notes.map((/** @type {{ id: string }} */ each) => each.id);
  let most = 0;
  for (const id of [...Object.keys(graph.nodes), ...Object.keys(virtual), ...drawn, ...taken])
    if (/^\d{1,12}$/.test(id)) most = Math.max(most, Number(id));
  return Array.from({ length: count }, (_, index) => String(most + 1 + index));
}

/** @param {Graph} graph */
export const freeId = (graph) => freeIds(graph, 1)[0];

/** @param {string} level @param {string} id @param {Node} node @returns {Patch[]} */
export const addNode = (level, id, node) => [{ path: pathIn(level, "nodes", id), value: node }];

/**
 * Remove nodes and the links from them; what they were exposed as is no longer exposed.
 * @param {string} level @param {Graph} graph @param {ReadonlySet<string>} ids @returns {Patch[]}
 */
export function removeNodes(level, graph, ids) {
  /** @type {Patch[]} */
  const patches = [];
  for (const [id, node] of Object.entries(graph.nodes)) {
    if (ids.has(id)) patches.push({ path: pathIn(level, "nodes", id), value: undefined });
    else {
      for (const [input, [from]] of Object.entries(node.links ?? {})) {
        if (ids.has(from))
          patches.push({ path: pathIn(level, "nodes", id, "links", input), value: undefined });
      }
    }
  }
  const ends = Object.entries(graph.nodes).flatMap(([id, node]) =>
    Object.entries(node.links ?? {})
      .filter(([, [from]]) => ids.has(id) || ids.has(from))
      .map(([input]) => ({ node: id, input })),
  );
  return [...patches, ...withoutExposed(level, graph, ids), ...withoutWays(level, graph, ends)];
}

/** @param {string} level @param {Graph} graph @param {ReadonlySet<string>} ids @returns {Patch[]} */
function withoutExposed(level, graph, ids) {
  /** @type {Patch[]} */
  const patches = [];
  const inputs = graph.inputs ?? [];
  if (inputs.some((each) => each.targets.some(([id]) => ids.has(id)))) {
    const left = inputs
      .map((each) => ({ ...each, targets: each.targets.filter(([id]) => !ids.has(id)) }))
      .filter((each) => each.targets.length);
    patches.push({ path: pathIn(level, "inputs"), value: left });
  }
  const outputs = graph.outputs ?? [];
  if (outputs.some((each) => ids.has(each.source[0]))) {
    patches.push({
      path: pathIn(level, "outputs"),
      value: outputs.filter((each) => !ids.has(each.source[0])),
    });
  }
  return patches;
}

/**
 * @param {string} level @param {Graph} graph @param {Iterable<string>} ids
 * @param {number} dx @param {number} dy @returns {Patch[]}
 */
export function moveNodes(level, graph, ids, dx, dy) {
  return [...ids].flatMap((id) => {
    const node = graph.nodes[id];
    if (!node) return [];
    const [x = 0, y = 0, width = 0, height = 0] = node.place ?? [];
    const place = [Math.round(x + dx), Math.round(y + dy), width, height];
    return [{ path: pathIn(level, "nodes", id, "place"), value: place }];
  });
}

/** @param {string} level @param {string} id @param {string} input @param {unknown} value @returns {Patch[]} */
export const setValue = (level, id, input, value) => [
  { path: pathIn(level, "nodes", id, "values", input), value },
];

/** @param {string} level @param {string} id @param {string} input @param {string} control @returns {Patch[]} */
export const setControl = (level, id, input, control) => [
  { path: pathIn(level, "nodes", id, "controls", input), value: control === "fixed" ? undefined : control },
];

/**
 * Give nodes a mode, or take it from all of them when all have it.
 * @param {string} level @param {Graph} graph @param {Iterable<string>} ids @param {"mute" | "bypass"} mode
 * @returns {Patch[]}
 */
export function toggleMode(level, graph, ids, mode) {
  const all = [...ids];
  const value = all.every((id) => graph.nodes[id].mode === mode) ? undefined : mode;
  return all.map((id) => ({ path: pathIn(level, "nodes", id, "mode"), value }));
}

/**
 * Set a field of nodes, such as `title`, `color`, `pinned`, `collapsed`; undefined takes it away.
 * @param {string} level @param {Iterable<string>} ids @param {string} field @param {unknown} value
 * @returns {Patch[]}
 */
export const setField = (level, ids, field, value) =>
  [...ids].map((id) => ({ path: pathIn(level, "nodes", id, field), value }));
