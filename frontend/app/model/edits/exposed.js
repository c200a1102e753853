// @ts-check
/** Edits of what a workflow, or a subgraph, shows to the outside: its exposed inputs. As patches. */

import { graphAt, pathIn } from "../document.js";
import { applied } from "../patches.js";
import { SUBGRAPH } from "../schema.js";

/** @typedef {import("../document.js").ExposedInput} ExposedInput */
/** @typedef {import("../document.js").Graph} Graph */
/** @typedef {import("../document.js").WorkflowDocument} WorkflowDocument */
/** @typedef {import("../patches.js").Patch} Patch */
/** @typedef {"label" | "group" | "description"} Word  what people read of an exposed input */

/** @param {string} level @param {readonly ExposedInput[]} inputs @returns {Patch[]} */
const asPatch = (level, inputs) => [{ path: pathIn(level, "inputs"), value: inputs }];

/**
 * Return the patches of several edits, each made for what those before it leave: lists are replaced whole.
 * @param {WorkflowDocument} document @param {readonly ((now: WorkflowDocument) => Patch[])[]} edits @returns {Patch[]}
 */
export function inTurn(document, edits) {
  /** @type {Patch[]} */
  const all = [];
  let now = document;
  for (const edit of edits) {
    const patches = edit(now);
    now = applied(now, patches).root;
    all.push(...patches);
  }
  return all;
}

/** @param {ExposedInput} exposed @param {string} node @param {string} input */
const feeds = (exposed, node, input) => exposed.targets.some(([id, name]) => id === node && name === input);

/**
 * Return where in the list an input of a node is exposed, or -1.
 * @param {Graph} graph @param {string} node @param {string} input
 */
export const exposedIndex = (graph, node, input) =>
  (graph.inputs ?? []).findIndex((each) => feeds(each, node, input));

/**
 * Return a name, an identifier, that no exposed input has.
 * @param {Graph} graph @param {string} wanted  words of any language
 */
export function freeName(graph, wanted) {
  const words = wanted.toLowerCase().replace(/[^a-z0-9]+/g, "_");
  const plain = words.replace(/^[_0-9]+|_+$/g, "") || "input";
  const taken = new Set((graph.inputs ?? []).map((each) => each.name));
  let name = plain;
  for (let count = 2; taken.has(name); count += 1) name = `${plain}_${count}`;
  return name;
}

/**
 * Expose an input of a node, last in the list; nothing when it is exposed.
 * @param {string} level @param {Graph} graph @param {string} node @param {string} input
 * @param {{ label?: string, name?: string, group?: string }} [about]  name: what it is called in programs
 * @returns {Patch[]}
 */
export function expose(level, graph, node, input, { label, name = input, group } = {}) {
  if (exposedIndex(graph, node, input) >= 0) return [];
  /** @type {ExposedInput} */
  const exposed = { name: freeName(graph, name), targets: [[node, input]] };
  if (label) exposed.label = label;
  if (group) exposed.group = group;
  return asPatch(level, [...(graph.inputs ?? []), exposed]);
}

/**
 * Expose an input no longer; what instances of a subgraph had for it goes with it.
 * @param {WorkflowDocument} document @param {string} level @param {string} node @param {string} input
 * @returns {Patch[]}
 */
export const unexpose = (document, level, node, input) =>
  withoutTargets(document, level, (id, name) => id === node && name === input);

/**
 * Expose an input, or take it back.
 * @param {WorkflowDocument} document @param {string} level @param {string} node @param {string} input
 * @param {{ label?: string, name?: string, group?: string }} [about] @returns {Patch[]}
 */
export function toggleExposed(document, level, node, input, about) {
  const graph = graphAt(document, level);
  return exposedIndex(graph, node, input) < 0
    ? expose(level, graph, node, input, about)
    : unexpose(document, level, node, input);
}

/**
 * Put one exposed input at another place of the list.
 * @param {string} level @param {Graph} graph @param {number} from @param {number} to @returns {Patch[]}
 */
export function moveExposed(level, graph, from, to) {
  const inputs = graph.inputs ?? [];
  const place = Math.max(0, Math.min(inputs.length - 1, to));
  if (from === place || !inputs[from]) return [];
  const left = inputs.toSpliced(from, 1);
  return asPatch(level, left.toSpliced(place, 0, inputs[from]));
}

/**
 * Set what people read of an exposed input; an empty text takes it away.
 * @param {string} level @param {Graph} graph @param {number} index @param {Word} word @param {string} text
 * @returns {Patch[]}
 */
export function describeExposed(level, graph, index, word, text) {
  const inputs = graph.inputs ?? [];
  const old = inputs[index];
  if (!old || (old[word] ?? "") === text) return [];
  const { [word]: _, ...rest } = old;
  return asPatch(level, inputs.with(index, text ? { ...rest, [word]: text } : rest));
}

/**
 * Set the values of an exposed input's targets.
 * @param {string} level @param {ExposedInput} exposed @param {unknown} value @returns {Patch[]}
 */
export const setExposed = (level, exposed, value) =>
  exposed.targets.map(([node, input]) => ({ path: pathIn(level, "nodes", node, "values", input), value }));

/**
 * Take away what instances of a definition have for one of its inputs: values, links and their ways, and
 * what is exposed of it further out.
 * @param {WorkflowDocument} document @param {string} level @param {string} name @returns {Patch[]}
 */
export const withoutGiven = (document, level, name) =>
  inTurn(
    document,
    ["", ...Object.keys(document.subgraphs ?? {})].map((place) => (now) => notGiven(now, place, level, name)),
  );

/** @param {WorkflowDocument} document @param {string} place @param {string} level @param {string} name @returns {Patch[]} */
function notGiven(document, place, level, name) {
  const graph = graphAt(document, place);
  const ids = Object.keys(graph.nodes).filter((id) => graph.nodes[id].type === SUBGRAPH + level);
  if (!ids.length) return [];
  const given = ids.flatMap((id) => [
    ...["values", "links", "controls"].map((part) => pathIn(place, "nodes", id, part, name)),
    ...["routes", "wires"].map((part) => pathIn(place, "view", part, id, name)),
  ]);
  const instances = new Set(ids);
  return [
    ...given.map((path) => ({ path, value: undefined })),
    ...withoutTargets(document, place, (id, input) => instances.has(id) && input === name),
  ];
}

/**
 * Let exposed inputs of a level set some targets no longer; those that set nothing then go.
 * @param {WorkflowDocument} document @param {string} level @param {(id: string, input: string) => boolean} isGone
 * @returns {Patch[]}
 */
function withoutTargets(document, level, isGone) {
  const inputs = graphAt(document, level).inputs ?? [];
  if (!inputs.some(({ targets }) => targets.some((each) => isGone(...each)))) return [];
  const kept = inputs.map((each) => ({
    ...each,
    targets: each.targets.filter((target) => !isGone(...target)),
  }));
  const left = kept.filter((each) => each.targets.length);
  const gone = level ? kept.filter((each) => !each.targets.length) : [];
  return inTurn(document, [
    () => asPatch(level, left),
    ...gone.map(
      ({ name }) =>
        (/** @type {WorkflowDocument} */ now) =>
          withoutGiven(now, level, name),
    ),
  ]);
}
