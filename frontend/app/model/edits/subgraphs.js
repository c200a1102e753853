// @ts-check
/** Making a subgraph from nodes, as patches; copies of its definition; definitions that go. */

import { around } from "../../geometry/camera.js";
import { nodeBox } from "../../geometry/node-box.js";
import { graphAt, pathIn } from "../document.js";
import { inputNamed, SUBGRAPH, specOf } from "../schema.js";
import { freeDefinitionId } from "../subgraphs.js";
import { freeName } from "./exposed.js";
import { freshOutput } from "./exposed-outputs.js";
import { freeId } from "./nodes.js";
import { drawingInto } from "./subgraph-drawing.js";

/** @typedef {import("../document.js").ExposedInput} ExposedInput */
/** @typedef {import("../document.js").ExposedOutput} ExposedOutput */
/** @typedef {import("../document.js").Graph} Graph */
/** @typedef {import("../document.js").LinkSource} LinkSource */
/** @typedef {import("../document.js").Node} Node */
/** @typedef {import("../document.js").WorkflowDocument} WorkflowDocument */
/** @typedef {import("../patches.js").Patch} Patch */
/** @typedef {import("../schema.js").Schema} Schema */
/** @typedef {[string, string]} Target */
/** @typedef {{ targets: Target[], source: LinkSource | null, exposed: number[] }} Entry  source: outside, where it is fed from; exposed: places in the level's list */
/** @typedef {{ document: WorkflowDocument, schema: Schema, level: string, graph: Graph, ids: ReadonlySet<string> }} Made */

/**
 * Put nodes into a subgraph of their own, with an instance in their place.
 * @param {WorkflowDocument} document @param {Schema} schema @param {string} level
 * @param {{ nodes: Iterable<string>, frames?: Iterable<number> }} chosen
 * @param {{ title: string, shown?: readonly Target[] }} about  shown: inputs that the instance shows
 * @returns {{ patches: Patch[], id: string, definition: string }} id: of the instance
 */
export function makeSubgraph(document, schema, level, chosen, { title, shown = [] }) {
  const graph = graphAt(document, level);
  const ids = new Set([...chosen.nodes].filter((id) => graph.nodes[id]));
  const made = { document, schema, level, graph, ids };
  const id = freeId(graph);
  const definition = freeDefinitionId(document, title);
  const entries = entriesInto(graph, ids, shown);
  const inputs = namedInputs(made, entries);
  const outputs = outputsOf(made);
  const { nodes, instance } = partedNodes(made, entries, inputs);
  const drawing = drawingInto(level, graph, ids, new Set(chosen.frames), { id, entries, inputs });
  const body = { title, nodes, ...filled({ inputs, outputs, ...drawing.body }) };
  const placed = { ...instance, type: SUBGRAPH + definition };
  return {
    id,
    definition,
    patches: [
      { path: ["subgraphs", definition], value: body },
      ...[...ids].map((each) => ({ path: pathIn(level, "nodes", each), value: undefined })),
      {
        path: pathIn(level, "nodes", id),
        value: { ...placed, place: placeOf(made, placed, definition, body) },
      },
      ...redirectedOutputs(made, id, outputs),
      ...redirectedInputs(made, id, entries, inputs),
      ...drawing.patches,
    ],
  };
}

/**
 * Return what has to reach into the nodes: links from outside, what the level exposes, what is to be
 * shown. Inputs that are fed alike come in by one entry.
 * @param {Graph} graph @param {ReadonlySet<string>} ids @param {readonly Target[]} shown @returns {Entry[]}
 */
function entriesInto(graph, ids, shown) {
  /** @type {Map<string, Entry>} */
  const entries = new Map();
  for (const [node, input] of socketsOf(graph, ids, shown)) {
    const link = graph.nodes[node].links?.[input];
    const source = link && !ids.has(link[0]) ? link : null;
    const exposed = (graph.inputs ?? []).flatMap(({ targets }, index) =>
      targets.some((each) => each[0] === node && each[1] === input) ? [index] : [],
    );
    const isShown = shown.some((each) => each[0] === node && each[1] === input);
    if (!source && !exposed.length && !isShown) continue;
    const alone = source || exposed.length ? "" : `${node}.${input}`;
    const key = `${source?.slice(0, 2) ?? ""} ${exposed} ${alone}`;
    const entry = entries.get(key) ?? { targets: [], source, exposed };
    entry.targets.push([node, input]);
    entries.set(key, entry);
  }
  return [...entries.values()];
}

/**
 * Return the inputs that may be reached from outside, nodes from top to bottom.
 * @param {Graph} graph @param {ReadonlySet<string>} ids @param {readonly Target[]} shown @returns {Target[]}
 */
function socketsOf(graph, ids, shown) {
  const top = (/** @type {string} */ id) => graph.nodes[id].place?.[1] ?? 0;
  const targets = [...(graph.inputs ?? []).flatMap((each) => each.targets), ...shown];
  return [...ids]
    .sort((a, b) => top(a) - top(b))
    .flatMap((id) => {
      const more = targets.filter(([node]) => node === id).map(([, input]) => input);
      const names = new Set([...Object.keys(graph.nodes[id].links ?? {}), ...more]);
      return [...names].map((name) => /** @type {Target} */ ([id, name]));
    });
}

/**
 * Name the entries after their inner sockets; equal words get the node's title before them.
 * @param {Made} made @param {readonly Entry[]} entries @returns {ExposedInput[]}
 */
function namedInputs(made, entries) {
  const labels = entries.map((entry) => labelOf(made, entry));
  /** @type {ExposedInput[]} */
  const inputs = [];
  for (const [index, { targets, exposed }] of entries.entries()) {
    const outer = made.graph.inputs?.[exposed[0]];
    const name = freeName({ nodes: {}, inputs }, outer?.name ?? targets[0][1]);
    const isTwice = labels.filter((each) => each === labels[index]).length > 1;
    const label = isTwice ? `${titleOf(made, targets[0][0])} ${labels[index]}` : labels[index];
    inputs.push({ name, targets: specificFirst(made, targets), ...(label !== name && { label }) });
  }
  return inputs;
}

/** @param {Made} made @param {Entry} entry */
function labelOf(made, { targets, exposed }) {
  const outer = made.graph.inputs?.[exposed[0]];
  if (outer) return outer.label || outer.name;
  const input = inputAt(made, targets[0]);
  return input?.label || targets[0][1];
}

/** @param {Made} made @param {Target} target */
function inputAt({ schema, document, graph }, [id, name]) {
  const node = graph.nodes[id];
  return inputNamed(specOf(schema, document, node), node, name);
}

/** @param {Made} made @param {string} id */
const titleOf = ({ schema, document, graph }, id) =>
  graph.nodes[id].title || specOf(schema, document, graph.nodes[id]).title;

/** The first target says which type an exposed input has. @param {Made} made @param {Target[]} targets */
const specificFirst = (made, targets) => {
  const isAny = (/** @type {Target} */ each) => (inputAt(made, each)?.type ?? "*") === "*";
  return [...targets.filter((each) => !isAny(each)), ...targets.filter(isAny)];
};

/** @param {Made} made @returns {ExposedOutput[]} what is used of the nodes outside of them */
function outputsOf({ schema, document, graph, ids }) {
  /** @type {ExposedOutput[]} */
  const outputs = [];
  const add = (/** @type {string} */ node, /** @type {number} */ index, /** @type {string} */ name) => {
    if (!ids.has(node) || placeIn(outputs, node, index) >= 0) return;
    const label = specOf(schema, document, graph.nodes[node]).outputs?.[index]?.name || name;
    outputs.push(freshOutput(outputs, [node, index], label));
  };
  for (const [id, node] of Object.entries(graph.nodes)) {
    if (ids.has(id)) continue;
    for (const [from, index, name = "output"] of Object.values(node.links ?? {})) add(from, index, name);
  }
  for (const { source, name } of graph.outputs ?? []) add(...source, name);
  return outputs;
}

/** @param {readonly ExposedOutput[]} outputs @param {string} node @param {number} index */
const placeIn = (outputs, node, index) =>
  outputs.findIndex(({ source }) => source[0] === node && source[1] === index);

/**
 * Return the nodes as they are inside, and the instance with what it is fed from. What happens to a
 * value after a run goes with the value, which the instance has from now on.
 * @param {Made} made @param {readonly Entry[]} entries @param {readonly ExposedInput[]} inputs
 */
function partedNodes({ graph, ids }, entries, inputs) {
  const nodes = Object.fromEntries([...ids].map((id) => [id, { ...graph.nodes[id] }]));
  /** @type {Pick<Node, "values" | "links" | "controls">} */
  const outside = { values: {}, links: {}, controls: {} };
  for (const [index, { targets, source }] of entries.entries()) {
    const { name } = inputs[index];
    if (source && outside.links) outside.links[name] = source;
    for (const [id, input] of targets) {
      const node = nodes[id];
      if (source) node.links = without(node.links, input);
      const control = node.controls?.[input];
      // several nodes may have several values, and a link inside gives way to a value from outside
      const isPlain = targets.length === 1 && !node.links?.[input];
      if (!control || !isPlain || !outside.controls || !outside.values) continue;
      outside.controls[name] = control;
      if (node.values?.[input] !== undefined) outside.values[name] = node.values[input];
      node.controls = without(node.controls, input);
    }
  }
  return { nodes, instance: filled(outside) };
}

/** @template T @param {Record<string, T> | undefined} all @param {string} name @returns {Record<string, T>} */
function without(all, name) {
  const { [name]: _, ...rest } = all ?? {};
  return rest;
}

/** Leave out what is empty. @template {object} T @param {T} all @returns {Partial<T>} */
const filled = (all) =>
  /** @type {Partial<T>} */ (
    Object.fromEntries(Object.entries(all).filter(([, each]) => Object.keys(each).length))
  );

/**
 * Return where an instance has the middle of the nodes that it stands for.
 * @param {Made} made @param {Node} instance @param {string} definition @param {Graph} body
 * @returns {[number, number, number, number]}
 */
function placeOf({ schema, document, graph, ids }, instance, definition, body) {
  const middle = middleOf(schema, document, graph, ids);
  const after = { ...document, subgraphs: { ...document.subgraphs, [definition]: body } };
  const box = nodeBox(instance, specOf(schema, after, instance));
  return [Math.round(middle.x - box.width / 2), Math.round(middle.y - box.height / 2), 0, 0];
}

/**
 * @param {Schema} schema @param {WorkflowDocument} document @param {Graph} graph @param {Iterable<string>} ids
 */
export function middleOf(schema, document, graph, ids) {
  const boxes = [...ids].map((id) => {
    const node = graph.nodes[id];
    const [x = 0, y = 0] = node.place ?? [];
    const { width, height } = nodeBox(node, specOf(schema, document, node));
    return { x, y, width, height };
  });
  const box = around(boxes) ?? { x: 0, y: 0, width: 0, height: 0 };
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** @param {Made} made @param {string} id @param {readonly ExposedOutput[]} outputs @returns {Patch[]} */
function redirectedOutputs({ level, graph, ids }, id, outputs) {
  /** @type {Patch[]} */
  const patches = [];
  for (const [to, node] of Object.entries(graph.nodes)) {
    if (ids.has(to)) continue;
    for (const [input, [from, index]] of Object.entries(node.links ?? {})) {
      if (!ids.has(from)) continue;
      const place = placeIn(outputs, from, index);
      const { label, name } = outputs[place];
      patches.push({ path: pathIn(level, "nodes", to, "links", input), value: [id, place, label ?? name] });
    }
  }
  if (graph.outputs?.some(({ source }) => ids.has(source[0]))) {
    const value = graph.outputs.map((each) =>
      ids.has(each.source[0]) ? { ...each, source: [id, placeIn(outputs, ...each.source)] } : each,
    );
    patches.push({ path: pathIn(level, "outputs"), value });
  }
  return patches;
}

/**
 * What the level exposes of the nodes, it exposes of the instance.
 * @param {Made} made @param {string} id @param {readonly Entry[]} entries @param {readonly ExposedInput[]} inputs
 * @returns {Patch[]}
 */
function redirectedInputs({ level, graph, ids }, id, entries, inputs) {
  if (!graph.inputs?.some(({ targets }) => targets.some(([node]) => ids.has(node)))) return [];
  const value = graph.inputs.map((each, place) => {
    const outer = each.targets.filter(([node]) => !ids.has(node));
    const inner = entries.flatMap(({ exposed }, index) => (exposed.includes(place) ? [index] : []));
    const targets = [...outer, ...inner.map((index) => /** @type {Target} */ ([id, inputs[index].name]))];
    return { ...each, targets };
  });
  return [{ path: pathIn(level, "inputs"), value }];
}

/**
 * Give an instance a definition of its own.
 * @param {WorkflowDocument} document @param {string} level @param {string} id @param {string} title
 * @returns {Patch[]}
 */
export function makeUnique(document, level, id, title) {
  const old = graphAt(document, level).nodes[id].type.slice(SUBGRAPH.length);
  const fresh = freeDefinitionId(document, title);
  return [
    { path: ["subgraphs", fresh], value: { ...document.subgraphs?.[old], title } },
    { path: pathIn(level, "nodes", id, "type"), value: SUBGRAPH + fresh },
  ];
}

/** @param {readonly string[]} ids  of definitions @returns {Patch[]} */
export const deleteDefinitions = (ids) => ids.map((id) => ({ path: ["subgraphs", id], value: undefined }));
