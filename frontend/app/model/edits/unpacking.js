// @ts-check
/** Unpacking: an instance's nodes come back to the level that it is in. As patches. */

import { nodeBox } from "../../geometry/node-box.js";
import { graphAt, pathIn } from "../document.js";
import { specOf } from "../schema.js";
import { definitionOf, instancesOf } from "../subgraphs.js";
import { withInstances } from "./exposed-outputs.js";
import { disconnect } from "./links.js";
import { freeIds } from "./nodes.js";
import { drawingOutOf } from "./subgraph-drawing.js";
import { deleteDefinitions, middleOf } from "./subgraphs.js";

/** @typedef {import("../document.js").Graph} Graph */
/** @typedef {import("../document.js").LinkSource} LinkSource */
/** @typedef {import("../document.js").Node} Node */
/** @typedef {import("../document.js").WorkflowDocument} WorkflowDocument */
/** @typedef {import("../patches.js").Patch} Patch */
/** @typedef {{ graph: Graph, level: string, id: string, instance: Node, definition: Graph, ids: ReadonlyMap<string, string> }} Unpacked  ids: new by old */

/**
 * Put the nodes of an instance in its place; a definition that nothing else uses goes.
 * @param {WorkflowDocument} document @param {import("../schema.js").Schema} schema @param {string} level
 * @param {string} id @returns {{ patches: Patch[], nodes: string[] }}
 */
export function unpackSubgraph(document, schema, level, id) {
  const graph = graphAt(document, level);
  const instance = graph.nodes[id];
  const key = definitionOf(instance);
  const definition = document.subgraphs?.[key];
  if (!definition) return { patches: [], nodes: [] };
  const ids = newIds(graph, definition, id);
  const unpacked = { graph, level, id, instance, definition, ids };
  const { dx, dy } = offsetOf(document, schema, unpacked);
  const { nodes, fed } = innerNodes(unpacked, dx, dy);
  const isLast = instancesOf(document, key).length === 1;
  return {
    nodes: [...ids.values()],
    patches: [
      { path: pathIn(level, "nodes", id), value: undefined },
      ...Object.entries(nodes).map(([each, value]) => ({ path: pathIn(level, "nodes", each), value })),
      ...outerLinks(unpacked),
      ...withInstances(document, level, outerExposed(unpacked)),
      ...drawingOutOf(level, graph, definition, { id, ids, dx, dy, fed }),
      ...(isLast ? deleteDefinitions([key]) : []),
    ],
  };
}

/** Nodes keep their ids where those are free. @param {Graph} graph @param {Graph} definition @param {string} id */
function newIds(graph, definition, id) {
  const all = Object.keys(definition.nodes);
  const isTaken = (/** @type {string} */ old) => old !== id && Object.hasOwn(graph.nodes, old);
  const fresh = freeIds(graph, all.filter(isTaken).length, all);
  return new Map(all.map((old) => [old, isTaken(old) ? /** @type {string} */ (fresh.shift()) : old]));
}

/** The middle of the nodes comes where the middle of the instance is. @param {WorkflowDocument} document @param {import("../schema.js").Schema} schema @param {Unpacked} unpacked */
function offsetOf(document, schema, { instance, definition }) {
  const [x = 0, y = 0] = instance.place ?? [];
  const box = nodeBox(instance, specOf(schema, document, instance));
  const middle = middleOf(schema, document, definition, Object.keys(definition.nodes));
  return { dx: Math.round(x + box.width / 2 - middle.x), dy: Math.round(y + box.height / 2 - middle.y) };
}

/**
 * Return the nodes as they are outside, and which of their inputs the instance feeds.
 * @param {Unpacked} unpacked @param {number} dx @param {number} dy
 */
function innerNodes({ id: own, instance, definition, ids }, dx, dy) {
  /** @type {Record<string, Node>} */
  const nodes = {};
  for (const [old, node] of Object.entries(definition.nodes)) {
    const [x = 0, y = 0, width = 0, height = 0] = node.place ?? [];
    const copy = {
      ...node,
      place: /** @type {[number, number, number, number]} */ ([x + dx, y + dy, width, height]),
    };
    if (node.links) copy.links = relinked(node.links, ids);
    if (instance.mode && instance.mode !== "run") copy.mode = instance.mode;
    nodes[ids.get(old) ?? old] = copy;
  }
  /** @type {Map<string, string>} */
  const fed = new Map();
  for (const { name, targets } of definition.inputs ?? []) {
    for (const [old, input] of targets) {
      const id = ids.get(old);
      // a link from the instance itself has no beginning without it
      const link = instance.links?.[name]?.[0] === own ? undefined : instance.links?.[name];
      if (id && fill(nodes[id], input, { ...instance, link }, name)) fed.set(`${id}.${input}`, name);
    }
  }
  return { nodes, fed };
}

/** @param {Record<string, LinkSource>} links @param {ReadonlyMap<string, string>} ids */
function relinked(links, ids) {
  return Object.fromEntries(
    Object.entries(links).flatMap(([input, [from, ...rest]]) => {
      const id = ids.get(from);
      return id === undefined ? [] : [[input, /** @type {LinkSource} */ ([id, ...rest])]];
    }),
  );
}

/**
 * Give a node what the instance has for one of its inputs; say whether there is something.
 * @param {Node} node @param {string} input @param {Node & { link: LinkSource | undefined }} instance  link: into that input
 * @param {string} name
 */
function fill(node, input, { link, ...instance }, name) {
  const value = instance.values?.[name];
  const control = instance.controls?.[name];
  if (control) node.controls = { ...node.controls, [input]: control };
  if (value !== undefined) node.values = { ...node.values, [input]: value };
  if (link) node.links = { ...node.links, [input]: link };
  else if (value !== undefined && node.links?.[input]) {
    const { [input]: _, ...rest } = node.links;
    node.links = rest;
  }
  return Boolean(link) || value !== undefined;
}

/** @param {Unpacked} unpacked @param {number} index @returns {[string, number] | null} where an output really comes from */
function sourceOf({ definition, ids }, index) {
  const [old, output] = definition.outputs?.[index]?.source ?? ["", 0];
  const id = ids.get(old);
  return id === undefined ? null : [id, output];
}

/** @param {Unpacked} unpacked @returns {Patch[]} */
function outerLinks(unpacked) {
  const { graph, level, id, definition } = unpacked;
  /** @type {Patch[]} */
  const patches = [];
  for (const [to, node] of Object.entries(graph.nodes)) {
    if (to === id) continue;
    for (const [input, [from, index]] of Object.entries(node.links ?? {})) {
      if (from !== id) continue;
      const source = sourceOf(unpacked, index);
      const { label, name } = definition.outputs?.[index] ?? { name: "" };
      const path = pathIn(level, "nodes", to, "links", input);
      patches.push(
        ...(source ? [{ path, value: [...source, label ?? name] }] : disconnect(level, to, input)),
      );
    }
  }
  return patches;
}

/** @param {Unpacked} unpacked @returns {Patch[]} */
function outerExposed(unpacked) {
  const { graph, level, id, definition, ids } = unpacked;
  /** @type {Patch[]} */
  const patches = [];
  if (graph.inputs?.some(({ targets }) => targets.some(([node]) => node === id))) {
    const inner = (/** @type {string} */ name) =>
      (definition.inputs?.find((each) => each.name === name)?.targets ?? []).flatMap(([old, input]) => {
        const node = ids.get(old);
        return node === undefined ? [] : [[node, input]];
      });
    const value = graph.inputs.map((each) => ({
      ...each,
      targets: each.targets.flatMap(([node, input]) => (node === id ? inner(input) : [[node, input]])),
    }));
    patches.push({ path: pathIn(level, "inputs"), value: value.filter((each) => each.targets.length) });
  }
  if (graph.outputs?.some(({ source }) => source[0] === id)) {
    const value = graph.outputs.flatMap((each) => {
      const source = each.source[0] === id ? sourceOf(unpacked, each.source[1]) : each.source;
      return source ? [{ ...each, source }] : [];
    });
    patches.push({ path: pathIn(level, "outputs"), value });
  }
  return patches;
}
