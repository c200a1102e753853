// @ts-check
/** Edits by links to and from the rails of a subgraph: what it takes in and gives out. As patches. */

import { graphAt, pathIn } from "../document.js";
import { withoutWays } from "./dots.js";
import { freeName, withoutGiven } from "./exposed.js";
import { freshOutput, replaceOutputs } from "./exposed-outputs.js";
import { disconnect } from "./links.js";

/** @typedef {import("../document.js").ExposedInput} ExposedInput */
/** @typedef {import("../document.js").WorkflowDocument} WorkflowDocument */
/** @typedef {import("../patches.js").Patch} Patch */

/**
 * Feed an input of a node from the outside, and no longer from where it was.
 * @param {WorkflowDocument} document @param {string} level @param {[string, string]} target
 * @param {number} place  of the exposed input; one that is not there is made, -1 takes the target off
 * @param {{ label?: string, off?: [string, string] }} [about]  label: of a new one; off: what is fed no longer
 * @returns {Patch[]}
 */
export function feedFromOutside(document, level, [node, input], place, { label = input, off } = {}) {
  const graph = graphAt(document, level);
  const inputs = graph.inputs ?? [];
  const isOther = (/** @type {[string, string]} */ [id, name]) =>
    (id !== node || name !== input) && (id !== off?.[0] || name !== off[1]);
  /** @type {[string, string]} */
  const target = [node, input];
  const fed = inputs.map((each, at) => {
    const left = each.targets.filter(isOther);
    return { ...each, targets: at === place ? [...left, target] : left };
  });
  if (place >= inputs.length) fed.push(fresh(inputs, target, label));
  const gone = fed.filter((each) => !each.targets.length);
  return [
    { path: pathIn(level, "inputs"), value: fed.filter((each) => each.targets.length) },
    ...gone.flatMap((each) => withoutGiven(document, level, each.name)),
    ...(place < 0 ? [] : disconnect(level, node, input)),
    ...(place < 0 ? [] : withoutWays(level, graph, [{ node, input }])),
  ];
}

/** @param {readonly ExposedInput[]} inputs @param {[string, string]} target @param {string} label @returns {ExposedInput} */
function fresh(inputs, target, label) {
  const name = freeName({ nodes: {}, inputs: [...inputs] }, label);
  return label === name ? { name, targets: [target] } : { name, targets: [target], label };
}

/**
 * Give an output of a node to the outside.
 * @param {WorkflowDocument} document @param {string} level @param {[string, number]} source
 * @param {number} place  of the exposed output; one that is not there is made
 * @param {string} label  of a new one @param {number} [off]  of the exposed output that gives it no longer
 * @returns {Patch[]}
 */
export function giveOutside(document, level, source, place, label, off = -1) {
  const outputs = graphAt(document, level).outputs ?? [];
  const given = outputs[place]
    ? outputs.with(place, { ...outputs[place], source })
    : [...outputs, freshOutput(outputs, source, label)];
  const isMoved = off >= 0 && off !== place;
  return replaceOutputs(document, level, isMoved ? given.toSpliced(off, 1) : given);
}

/** Give an output to the outside no longer. @param {WorkflowDocument} document @param {string} level @param {number} place @returns {Patch[]} */
export const keepInside = (document, level, place) =>
  replaceOutputs(document, level, (graphAt(document, level).outputs ?? []).toSpliced(place, 1));
