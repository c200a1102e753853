// @ts-check
/**
 * Edits of a subgraph's exposed outputs. Links name an output by its place in the list, so whoever
 * links to an instance follows when the list changes.
 */

import { graphAt, pathIn } from "../document.js";
import { definitionOf, levelsOf } from "../subgraphs.js";
import { freeName, inTurn, withoutGiven } from "./exposed.js";
import { disconnect } from "./links.js";

/** @typedef {import("../document.js").ExposedInput} ExposedInput */
/** @typedef {import("../document.js").ExposedOutput} ExposedOutput */
/** @typedef {import("../document.js").Graph} Graph */
/** @typedef {import("../document.js").WorkflowDocument} WorkflowDocument */
/** @typedef {import("../patches.js").Patch} Patch */

/**
 * Return where in the list an output of a node is exposed, or -1.
 * @param {Graph} graph @param {string} node @param {number} output
 */
export const exposedOutputIndex = (graph, node, output) =>
  (graph.outputs ?? []).findIndex(({ source }) => source[0] === node && source[1] === output);

/**
 * Replace the list; links from instances go to the same outputs, those of outputs that are gone end.
 * @param {WorkflowDocument} document @param {string} level @param {readonly ExposedOutput[]} outputs
 * @returns {Patch[]}
 */
export function replaceOutputs(document, level, outputs) {
  const before = graphAt(document, level).outputs ?? [];
  const places = before.map((old) => outputs.findIndex((each) => each.name === old.name));
  /** @type {Patch[]} */
  const patches = [{ path: pathIn(level, "outputs"), value: outputs }];
  if (!level || places.every((to, from) => to === from)) return patches;
  const edits = levelsOf(document).map(
    (place) => (/** @type {WorkflowDocument} */ now) => relinked(now, place, level, places),
  );
  return [...patches, ...inTurn(document, edits)];
}

/**
 * @param {WorkflowDocument} document @param {string} place @param {string} definition
 * @param {readonly number[]} places  new index by old one, -1 when it is gone @returns {Patch[]}
 */
function relinked(document, place, definition, places) {
  const { nodes, outputs = [] } = graphAt(document, place);
  const isMeant = (/** @type {string} */ id, /** @type {number} */ index) =>
    definitionOf(nodes[id]) === definition && places[index] !== index;
  /** @type {Patch[]} */
  const patches = [];
  for (const [id, node] of Object.entries(nodes)) {
    for (const [input, [from, index, ...rest]] of Object.entries(node.links ?? {})) {
      if (!isMeant(from, index)) continue;
      const to = places[index] ?? -1;
      if (to < 0) patches.push(...disconnect(place, id, input));
      else patches.push({ path: pathIn(place, "nodes", id, "links", input), value: [from, to, ...rest] });
    }
  }
  if (!outputs.some(({ source }) => isMeant(...source))) return patches;
  const left = outputs.flatMap((each) => {
    const to = isMeant(...each.source) ? (places[each.source[1]] ?? -1) : each.source[1];
    return to < 0 ? [] : [{ ...each, source: /** @type {[string, number]} */ ([each.source[0], to]) }];
  });
  return [...patches, ...replaceOutputs(document, place, left)];
}

/**
 * Expose an output of a node, or take it back.
 * @param {WorkflowDocument} document @param {string} level @param {string} node @param {number} output
 * @param {string} label @returns {Patch[]}
 */
export function toggleOutput(document, level, node, output, label) {
  const graph = graphAt(document, level);
  const outputs = graph.outputs ?? [];
  const index = exposedOutputIndex(graph, node, output);
  if (index >= 0) return replaceOutputs(document, level, outputs.toSpliced(index, 1));
  return replaceOutputs(document, level, [...outputs, freshOutput(outputs, [node, output], label)]);
}

/**
 * @param {readonly ExposedOutput[]} outputs  there are @param {[string, number]} source @param {string} label
 * @returns {ExposedOutput}
 */
export function freshOutput(outputs, source, label) {
  const name = freeName(
    { nodes: {}, inputs: outputs.map((each) => ({ name: each.name, targets: [] })) },
    label,
  );
  return label && label !== name ? { name, source, label } : { name, source };
}

/**
 * Put one exposed output at another place of the list.
 * @param {WorkflowDocument} document @param {string} level @param {number} from @param {number} to
 */
export function moveOutput(document, level, from, to) {
  const outputs = graphAt(document, level).outputs ?? [];
  if (!outputs[from] || !outputs[to] || from === to) return [];
  return replaceOutputs(document, level, outputs.toSpliced(from, 1).toSpliced(to, 0, outputs[from]));
}

/**
 * Say what people read of an exposed output.
 * @param {string} level @param {Graph} graph @param {number} index @param {string} label @returns {Patch[]}
 */
export function labelOutput(level, graph, index, label) {
  const outputs = graph.outputs ?? [];
  const { label: _, ...rest } = outputs[index];
  return [{ path: pathIn(level, "outputs"), value: outputs.with(index, label ? { ...rest, label } : rest) }];
}

/**
 * Expose an input no longer, whatever it sets; what instances had for it goes with it.
 * @param {WorkflowDocument} document @param {string} level @param {string} name @returns {Patch[]}
 */
export const removeExposed = (document, level, name) => [
  {
    path: pathIn(level, "inputs"),
    value: (graphAt(document, level).inputs ?? []).filter((each) => each.name !== name),
  },
  ...withoutGiven(document, level, name),
];

/**
 * Add to patches that shorten the lists of what a definition exposes what follows for its instances.
 * @param {WorkflowDocument} document @param {string} level @param {Patch[]} patches @returns {Patch[]}
 */
export function withInstances(document, level, patches) {
  if (!level) return patches;
  const isList = (/** @type {Patch} */ { path }, /** @type {string} */ list) =>
    path.length === 3 && path[2] === list;
  const outputs = patches.filter((each) => isList(each, "outputs"));
  const inputs = patches.filter((each) => isList(each, "inputs"));
  return [
    ...patches.filter((each) => !outputs.includes(each) && !inputs.includes(each)),
    ...inTurn(document, [
      ...outputs.map(
        ({ value }) =>
          (/** @type {WorkflowDocument} */ now) =>
            replaceOutputs(now, level, /** @type {ExposedOutput[]} */ (value)),
      ),
      ...inputs.flatMap((patch) => [() => [patch], ...goneInputs(document, level, patch)]),
    ]),
  ];
}

/** @param {WorkflowDocument} document @param {string} level @param {Patch} patch */
function goneInputs(document, level, { value }) {
  const left = new Set(/** @type {ExposedInput[]} */ (value).map((each) => each.name));
  const gone = (graphAt(document, level).inputs ?? []).filter((each) => !left.has(each.name));
  return gone.map(
    ({ name }) =>
      (/** @type {WorkflowDocument} */ now) =>
        withoutGiven(now, level, name),
  );
}
