// @ts-check
/** Edits of links, as patches, and which links can be made. */

import { pathIn } from "../document.js";
import { entryOf } from "../maps.js";
import { inputsOf } from "../schema.js";
import { typesFit } from "../types.js";

/** @typedef {import("../document.js").Graph} Graph */
/** @typedef {import("../document.js").LinkSource} LinkSource */
/** @typedef {import("../patches.js").Patch} Patch */
/** @typedef {import("../schema.js").NodeSpec} NodeSpec */
/** @typedef {import("../document.js").Node} Node */

/**
 * Link an input; the way of the link that it had before goes.
 * @param {string} level @param {string} to @param {string} input @param {LinkSource} source
 * @returns {Patch[]}
 */
export const connect = (level, to, input, source) => [
  { path: pathIn(level, "nodes", to, "links", input), value: source },
  ...withoutWay(level, to, input),
];

/** @param {string} level @param {string} to @param {string} input @returns {Patch[]} */
const withoutWay = (level, to, input) => [
  { path: pathIn(level, "view", "routes", to, input), value: undefined },
  { path: pathIn(level, "view", "wires", to, input), value: undefined },
];

/**
 * Remove a link and its way through reroute dots; a typed value shows again.
 * @param {string} level @param {string} to @param {string} input @returns {Patch[]}
 */
export const disconnect = (level, to, input) => [
  { path: pathIn(level, "nodes", to, "links", input), value: undefined },
  ...withoutWay(level, to, input),
];

/**
 * Two inputs of a node change their links, which keep their ways.
 * @param {string} level @param {Graph} graph @param {string} node @param {string} one @param {string} other
 * @returns {Patch[]}
 */
export function swapped(level, graph, node, one, other) {
  const { routes, wires } = graph.view ?? {};
  const parts = /** @type {const} */ ([
    [graph.nodes[node].links, ["nodes", node, "links"]],
    [routes?.[node], ["view", "routes", node]],
    [wires?.[node], ["view", "wires", node]],
  ]);
  return parts.flatMap(([part, path]) => [
    { path: pathIn(level, ...path, one), value: part?.[other] },
    { path: pathIn(level, ...path, other), value: part?.[one] },
  ]);
}

/** Say whether a node is fed by another, over any number of links. @param {Graph} graph @param {string} node @param {string} by */
export function isFedBy(graph, node, by) {
  const seen = new Set([node]);
  const waiting = [node];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (id === by) return true;
    for (const [from] of Object.values(graph.nodes[id]?.links ?? {})) {
      if (!seen.has(from)) {
        seen.add(from);
        waiting.push(from);
      }
    }
  }
  return false;
}

/**
 * Return the nodes that would feed themselves if a link went on from a node.
 * @param {Graph} graph @param {string} from @param {boolean} isOutput  else it comes into the node
 * @returns {Set<string>} those that feed it, or those that it feeds
 */
export function barredFrom(graph, from, isOutput) {
  /** @type {Map<string, string[]>} */
  const next = new Map();
  for (const [id, node] of Object.entries(graph.nodes)) {
    for (const [source] of Object.values(node.links ?? {})) {
      const [a, b] = isOutput ? [id, source] : [source, id];
      entryOf(next, a, () => []).push(b);
    }
  }
  const found = new Set([from]);
  for (const id of found) for (const each of next.get(id) ?? []) found.add(each);
  return found;
}

/**
 * Say why an output may not feed an input: a key of the locale, or "" when it may.
 * @param {ReadonlySet<string>} barred  of `barredFrom`
 * @param {{ node: string, other: string }} ends  where it is dragged from, and to
 * @param {string} given  type of the output @param {string} wanted  type of the input
 */
export function whyNotAmong(barred, { node, other }, given, wanted) {
  if (node === other) return "link.itself";
  if (!typesFit(given, wanted)) return "link.type";
  return barred.has(other) ? "link.circle" : "";
}

/**
 * Return the inputs of a node that take a type, free ones first, exact types before those that take anything.
 * @param {Node} node @param {NodeSpec} spec @param {string} type
 */
export function fittingInputs(node, spec, type) {
  const rank = (/** @type {import("../schema.js").Input} */ each) =>
    (node.links?.[each.name] ? 4 : 0) +
    (each.type.toUpperCase() === type.toUpperCase() ? 0 : 1) +
    (each.widget ? 2 : 0);
  return inputsOf(spec, node)
    .filter((each) => typesFit(type, each.type))
    .sort((a, b) => rank(a) - rank(b));
}

/**
 * Return the outputs of a type that feed an input of `type`, exact ones first.
 * @param {NodeSpec} spec @param {string} type @returns {number[]} indices
 */
export function fittingOutputs(spec, type) {
  const outputs = spec.outputs ?? [];
  const isExact = (/** @type {number} */ index) => outputs[index].type.toUpperCase() === type.toUpperCase();
  return outputs
    .map((_, index) => index)
    .filter((index) => typesFit(outputs[index].type, type))
    .sort((a, b) => Number(isExact(b)) - Number(isExact(a)));
}
