// @ts-check
/** Subgraphs unfolded, as `engine/document/flatten.py` does it; nodes go by the last part of their path. */

import { definitionOf } from "../../app/model/subgraphs.js";

/** @typedef {import("../../app/model/document.js").WorkflowDocument} WorkflowDocument */
/** @typedef {import("../../app/model/document.js").Graph} Graph */
/** @typedef {import("../../app/model/document.js").Node} Node */

/**
 * @param {WorkflowDocument} document
 * @returns {{ nodes: Record<string, any>, outputs: Record<string, unknown>, inputs: Record<string, string[]> }}
 */
export function flattened(document) {
  /** @type {Record<string, any>} */
  const flat = {};
  /** @type {Map<string, string>} */
  const aliases = new Map();
  unfold(document, "", document.nodes, flat, aliases);
  const real = (/** @type {string} */ key) => {
    let found = key;
    while (aliases.has(found)) found = /** @type {string} */ (aliases.get(found));
    return found;
  };
  const nodes = Object.fromEntries(
    Object.entries(flat).map(([path, { type, values = {}, links = {}, controls = {} }]) => {
      const sources = Object.entries(links).map(([input, source]) => [input, named(real(source))]);
      return [last(path), { type, values, controls, links: Object.fromEntries(sources) }];
    }),
  );
  const outputs = (document.outputs ?? []).map(({ name, source }) => [name, named(real(source.join(" ")))]);
  const inputs = (document.inputs ?? []).map(({ name, targets }) => [
    name,
    [...new Set(targets.flatMap(([id, input]) => ends(document, document, id, input)))].sort(),
  ]);
  return { nodes, outputs: Object.fromEntries(outputs), inputs: Object.fromEntries(inputs) };
}

/** @param {string} path */
const last = (path) => path.split(":").at(-1) ?? "";

/** @param {string} key */
const named = (key) => [last(key.split(" ")[0]), Number(key.split(" ")[1])];

/**
 * @param {WorkflowDocument} document @param {string} prefix @param {Record<string, Node>} nodes
 * @param {Record<string, any>} flat @param {Map<string, string>} aliases
 */
function unfold(document, prefix, nodes, flat, aliases) {
  for (const [id, node] of Object.entries(nodes)) {
    const path = prefix + id;
    const links = Object.fromEntries(
      Object.entries(node.links ?? {}).map(([input, [from, index]]) => [
        input,
        from.startsWith("^") ? `${from.slice(1)} ${index}` : `${prefix}${from} ${index}`,
      ]),
    );
    const definition = document.subgraphs?.[definitionOf(node)];
    if (!definition) {
      flat[path] = { ...node, links };
      continue;
    }
    for (const [index, { source }] of (definition.outputs ?? []).entries())
      aliases.set(`${path} ${index}`, `${path}:${source[0]} ${source[1]}`);
    unfold(document, `${path}:`, filled(definition, node, links), flat, aliases);
  }
}

/** @param {Graph} definition @param {Node} instance @param {Record<string, string>} links */
function filled(definition, instance, links) {
  const nodes = structuredClone(definition.nodes);
  for (const { name, targets } of definition.inputs ?? []) {
    for (const [id, input] of targets) {
      const node = nodes[id];
      if (!node) continue;
      const control = instance.controls?.[name];
      if (control) node.controls = { ...node.controls, [input]: control };
      const value = instance.values?.[name];
      if (value !== undefined) {
        node.values = { ...node.values, [input]: value };
        delete node.links?.[input];
      }
      if (!links[name]) continue;
      const [from, index] = links[name].split(" ");
      node.links = { ...node.links, [input]: [`^${from}`, Number(index)] };
    }
  }
  return nodes;
}

/** @param {WorkflowDocument} document @param {Graph} graph @param {string} id @param {string} input @returns {string[]} */
function ends(document, graph, id, input) {
  const definition = document.subgraphs?.[definitionOf(graph.nodes[id])];
  if (!definition) return [`${id}.${input}`];
  const found = definition.inputs?.find((each) => each.name === input);
  return (found?.targets ?? []).flatMap((target) => ends(document, definition, ...target));
}
