// @ts-check
/** Edits that take nodes out of the flow or put them into it, as patches. */

import { pathIn } from "../document.js";
import { inputsOf } from "../schema.js";
import { typesFit } from "../types.js";
import { withoutWays } from "./dots.js";
import { connect, fittingInputs, fittingOutputs } from "./links.js";
import { removeNodes } from "./nodes.js";

/** @typedef {import("../document.js").Graph} Graph */
/** @typedef {import("../document.js").Node} Node */
/** @typedef {import("../document.js").LinkSource} LinkSource */
/** @typedef {import("../patches.js").Patch} Patch */
/** @typedef {import("../schema.js").NodeSpec} NodeSpec */
/** @typedef {(node: Node) => NodeSpec} SpecOf */

/**
 * Remove nodes; what they fed is fed by what fed them, where the types fit.
 * @param {string} level @param {Graph} graph @param {ReadonlySet<string>} ids @param {SpecOf} specOf
 * @returns {Patch[]}
 */
export const healed = (level, graph, ids, specOf) => [
  ...removeNodes(level, graph, ids),
  ...around(level, graph, ids, specOf).heal,
];

/**
 * Take nodes out of the flow; they stay, linked to each other alone.
 * @param {string} level @param {Graph} graph @param {ReadonlySet<string>} ids @param {SpecOf} specOf
 * @returns {Patch[]}
 */
export function takenOut(level, graph, ids, specOf) {
  const { cut, heal } = around(level, graph, ids, specOf);
  return [
    ...cut.map(({ node, input }) => ({
      path: pathIn(level, "nodes", node, "links", input),
      value: undefined,
    })),
    ...withoutWays(level, graph, cut),
    ...heal,
  ];
}

/**
 * @param {string} level @param {Graph} graph @param {ReadonlySet<string>} ids @param {SpecOf} specOf
 * @returns {{ cut: { node: string, input: string }[], heal: Patch[] }} links across the border, and those that replace them
 */
function around(level, graph, ids, specOf) {
  /** @type {{ node: string, input: string }[]} */
  const cut = [];
  /** @type {Patch[]} */
  const heal = [];
  for (const [id, node] of Object.entries(graph.nodes)) {
    for (const [input, source] of Object.entries(node.links ?? {})) {
      if (ids.has(id) === ids.has(source[0])) continue;
      cut.push({ node: id, input });
      if (ids.has(id)) continue;
      const wanted = inputsOf(specOf(node), node).find((each) => each.name === input)?.type ?? "*";
      const found = sourceThrough(graph, ids, specOf, source, wanted);
      if (found) heal.push({ path: pathIn(level, "nodes", id, "links", input), value: found });
    }
  }
  return { cut, heal };
}

/**
 * Return what comes out of a node when it hands on what comes in, as a bypassed one does.
 * @param {Graph} graph @param {ReadonlySet<string>} ids @param {SpecOf} specOf
 * @param {LinkSource} source @param {string} wanted  type of the input that is fed
 * @param {Set<string>} [tried]  nodes that nothing was found through, or that lead round in a circle
 * @returns {LinkSource | null}
 */
function sourceThrough(graph, ids, specOf, source, wanted, tried = new Set()) {
  const [id, output] = source;
  const node = graph.nodes[id];
  if (!ids.has(id) || !node) return source;
  if (tried.has(id)) return null;
  tried.add(id);
  const spec = specOf(node);
  const given = spec.outputs?.[output]?.type ?? wanted;
  const isSame = (/** @type {{ type: string }} */ each) => Number(each.type === given);
  const fitting = inputsOf(spec, node)
    .filter((each) => node.links?.[each.name] && typesFit(each.type, wanted))
    .sort((a, b) => isSame(b) - isSame(a));
  for (const { name } of fitting) {
    const next = /** @type {LinkSource} */ (node.links?.[name]);
    const found = sourceThrough(graph, ids, specOf, next, wanted, tried);
    if (found && typesFit(typeOf(graph, specOf, found), wanted)) return found;
  }
  return null;
}

/** @param {Graph} graph @param {SpecOf} specOf @param {LinkSource} source */
const typeOf = (graph, specOf, [id, output]) =>
  (graph.nodes[id] && specOf(graph.nodes[id]).outputs?.[output]?.type) ?? "*";

/**
 * Say how a node would go into a link: by which input and output, or null when it does not fit.
 * @param {Node} node @param {NodeSpec} spec @param {string} given  type of what the link brings
 * @param {string} wanted  type that its end takes
 */
export function fitInto(node, spec, given, wanted) {
  const input = fittingInputs(node, spec, given).find((each) => !node.links?.[each.name]);
  const output = fittingOutputs(spec, wanted)[0];
  return input && output !== undefined ? { input: input.name, output } : null;
}

/**
 * Put a node into a link. The way through dots goes; it would lead past the node.
 * @param {string} level @param {Graph} graph @param {{ to: string, input: string }} link
 * @param {string} id @param {NodeSpec} spec @param {{ input: string, output: number }} fit
 * @returns {Patch[]}
 */
export function inserted(level, graph, { to, input }, id, spec, fit) {
  const source = /** @type {LinkSource} */ (graph.nodes[to].links?.[input]);
  const name = spec.outputs?.[fit.output]?.name ?? "";
  return [
    ...connect(level, id, fit.input, source),
    ...connect(level, to, input, [id, fit.output, name]),
    ...withoutWays(level, graph, [{ node: to, input }]),
  ];
}
