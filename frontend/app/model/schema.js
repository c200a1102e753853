// @ts-check
/** What node types are: as the server describes them, and made from subgraph definitions. */

import { graphAt } from "./document.js";

/**
 * @typedef {{
 *   kind: "int" | "float" | "text" | "bool" | "choice" | "file" | "any", default?: any,
 *   min?: number | string, max?: number | string, step?: number | string, round?: number,
 *   control?: boolean, display?: string, multiline?: boolean, dynamic_prompts?: boolean,
 *   placeholder?: string, label_on?: string, label_off?: string, choices?: any[], live?: boolean,
 *   many?: boolean, folder?: string, upload?: string,
 * }} Widget  as `WidgetForm` of `engine/node_forms.py`
 */
/**
 * @typedef {{
 *   name: string, label: string, type: string, required?: boolean, widget?: Widget, tooltip?: string,
 *   lazy?: boolean, socket_only?: boolean, match?: string, takes_list?: boolean, raw_link?: boolean,
 *   dynamic?: Growing | Variants, options?: Record<string, any>, isSpare?: boolean,
 * }} Input  isSpare: one more item, there when it is filled
 */
/** @typedef {{ kind: "growing", item: Input, prefix: string, min: number, max: number, names: string[] }} Growing */
/** @typedef {{ kind: "variants", options: Record<string, Input[]> }} Variants */
/** @typedef {{ name: string, type: string, is_list?: boolean, tooltip?: string, match?: string }} Output */
/**
 * @typedef {{
 *   id: string, version: number, title: string, category?: string, description?: string, pack?: string,
 *   inputs?: Input[], outputs?: Output[], output?: boolean, deprecated?: boolean,
 *   experimental?: boolean, open_inputs?: boolean, search_words?: string[], problem?: string,
 *   is_missing?: boolean, written?: { title: string, category: string },
 * }} NodeSpec  as `NodeForm`; is_missing: nobody describes this type; written: its names where those here are of another language
 */
/** @typedef {import("./document.js").Node} Node */
/** @typedef {import("./document.js").WorkflowDocument} WorkflowDocument */
/** @typedef {ReadonlyMap<string, NodeSpec>} Schema */

export const SUBGRAPH = "subgraph:";

/** Of lists that are not whole: the types of which it is known whether anybody describes them. @type {WeakMap<Schema, ReadonlySet<string>>} */
const decided = new WeakMap();

/**
 * @param {readonly NodeSpec[]} specs
 * @param {ReadonlySet<string>} [asked]  where these are not all: the types that were asked for
 * @returns {Schema}
 */
export function schemaOf(specs, asked) {
  const schema = new Map(specs.map((each) => [each.id, each]));
  if (asked) decided.set(schema, asked);
  return schema;
}

/** Return the types that a document uses, at all levels. @param {WorkflowDocument} document @returns {Set<string>} */
export function typesIn({ nodes, subgraphs = {} }) {
  const levels = [nodes, ...Object.values(subgraphs).map((each) => each.nodes)];
  const types = levels.flatMap((each) => Object.values(each).map(({ type }) => type));
  return new Set(types.filter((each) => !each.startsWith(SUBGRAPH)));
}

/**
 * Return what a node's type is; for one that nobody knows, what the node itself shows of it.
 * @param {Schema} schema @param {WorkflowDocument} document @param {Node} node @returns {NodeSpec}
 */
export function specOf(schema, document, node) {
  if (node.type.startsWith(SUBGRAPH)) {
    const spec = subgraphSpec(schema, document, node.type.slice(SUBGRAPH.length));
    if (spec) return spec;
  }
  return schema.get(node.type) ?? unknownSpec(schema, node);
}

/**
 * Return what a node is called; the path itself where it leads to none.
 * @param {Schema} schema @param {WorkflowDocument} document @param {string} path  ids of instances and of the node
 */
export function nameAt(schema, document, path) {
  const ids = path.split(":");
  let graph = /** @type {import("./document.js").Graph | undefined} */ (document);
  for (const id of ids.slice(0, -1))
    graph = document.subgraphs?.[(graph?.nodes[id]?.type ?? "").slice(SUBGRAPH.length)];
  const node = graph?.nodes[ids.at(-1) ?? ""];
  return node ? node.title || specOf(schema, document, node).title : path;
}

/** @type {WeakMap<object, { schema: Schema, specs: Map<string, NodeSpec | null> }>} by the definitions of a document */
const known = new WeakMap();

/**
 * Return what an instance of a definition is; null for one that is not there, or that leads into itself.
 * @param {Schema} schema @param {WorkflowDocument} document @param {string} id
 * @returns {NodeSpec | null}
 */
export function subgraphSpec(schema, document, id) {
  const { subgraphs } = document;
  if (!subgraphs || !Object.hasOwn(subgraphs, id)) return null;
  let found = known.get(subgraphs);
  if (found?.schema !== schema) {
    found = { schema, specs: new Map() };
    known.set(subgraphs, found);
  }
  const { specs } = found;
  let spec = specs.get(id);
  if (spec === undefined) {
    // who asks for it while it is made is inside of it
    specs.set(id, null);
    spec = madeSpec(schema, document, id);
    specs.set(id, spec);
  }
  return spec;
}

/** @param {Schema} schema @param {WorkflowDocument} document @param {string} id @returns {NodeSpec} */
function madeSpec(schema, document, id) {
  const definition = graphAt(document, id);
  const inputs = (definition.inputs ?? []).map((exposed) => {
    const [nodeId, name] = exposed.targets[0] ?? ["", ""];
    const inner = definition.nodes[nodeId];
    const found = inner && inputNamed(specOf(schema, document, inner), inner, name);
    const about = found ?? { type: "*", required: false };
    const given = inner?.values?.[name];
    const widget = found?.widget && given !== undefined ? { ...found.widget, default: given } : found?.widget;
    return { ...about, name: exposed.name, label: exposed.label || exposed.name, widget };
  });
  const outputs = (definition.outputs ?? []).map((exposed) => {
    const [nodeId, index] = exposed.source;
    const inner = definition.nodes[nodeId];
    const found = inner && specOf(schema, document, inner).outputs?.[index];
    return { name: exposed.label || exposed.name, type: found?.type ?? "*" };
  });
  return {
    id: SUBGRAPH + id,
    version: 1,
    title: definition.title || id,
    category: "subgraphs",
    inputs,
    outputs,
  };
}

/** @param {unknown} value @returns {any[]} */
const listed = (value) => (Array.isArray(value) ? value : []);

/** @param {Schema} schema @param {Node} node @returns {NodeSpec} */
function unknownSpec(schema, node) {
  const values = Object.entries(node.values ?? {}).map(([name, value]) => ({
    name,
    label: name,
    type: "*",
    widget: /** @type {Widget} */ ({ kind: "any", default: value }),
  }));
  const links = Object.keys(node.links ?? {})
    .filter((name) => !Object.hasOwn(node.values ?? {}, name))
    .map((name) => ({ name, label: name, type: "*" }));
  const outputs = listed(node.foreign?.node?.outputs ?? node.foreign?.outputs).map(
    (/** @type {any} */ each) => ({
      name: String(each?.name ?? ""),
      type: String(each?.type ?? "*"),
    }),
  );
  return {
    id: node.type,
    version: node.version ?? 1,
    title: node.type,
    inputs: [...links, ...values],
    outputs,
    is_missing: decided.get(schema)?.has(node.type) ?? true,
  };
}

/**
 * Return the inputs that a node shows: those that grow or depend on a choice as they are now.
 * @param {NodeSpec} spec @param {Node} node @returns {Input[]}
 */
export function inputsOf(spec, node) {
  const shown = (spec.inputs ?? []).flatMap((each) => unfolded(each, node));
  if (!spec.open_inputs) return shown;
  const known = new Set(shown.map((each) => each.name));
  const more = Object.keys(node.links ?? {}).filter((name) => !known.has(name));
  return [...shown, ...more.map((name) => ({ name, label: name, type: "*" }))];
}

/** @param {Input} input @param {Node} node @returns {Input[]} */
function unfolded(input, node) {
  const dynamic = input.dynamic;
  if (!dynamic) return [input];
  if (dynamic.kind === "growing") return grown(input, dynamic, node);
  const options = Object.keys(dynamic.options);
  const chosen = String(node.values?.[input.name] ?? options[0]);
  const widget = /** @type {Widget} */ ({ kind: "choice", choices: options, default: options[0] });
  const given = Object.hasOwn(dynamic.options, chosen) ? dynamic.options[chosen] : [];
  const parts = given.flatMap((each) => unfolded({ ...each, name: `${input.name}.${each.name}` }, node));
  return [{ ...input, widget, dynamic: undefined }, ...parts];
}

/** @param {Input} input @param {Growing} growing @param {Node} node @returns {Input[]} */
function grown(input, growing, node) {
  const names = growing.names.length
    ? growing.names
    : Array.from({ length: growing.max }, (_, index) => `${growing.prefix}${index}`);
  const isUsed = (/** @type {string} */ name) => {
    const whole = `${input.name}.${name}`;
    return node.links?.[whole] !== undefined || node.values?.[whole] !== undefined;
  };
  const used = names.reduce((last, name, index) => (isUsed(name) ? index + 1 : last), 0);
  const count = Math.min(names.length, Math.max(growing.min, used + 1));
  return names.slice(0, count).map((name, index) => ({
    ...growing.item,
    name: `${input.name}.${name}`,
    label: growing.names.length ? name : `${growing.item.label || input.label} ${index + 1}`,
    required: Boolean(input.required) && index < growing.min,
    match: input.match || growing.item.match,
    isSpare: index >= Math.max(used, growing.min),
  }));
}

/**
 * @param {NodeSpec} spec @param {Node} node @param {string} name @returns {Input | undefined}
 */
export const inputNamed = (spec, node, name) => inputsOf(spec, node).find((each) => each.name === name);

/**
 * Return the value that a widget shows: what was typed, else the default.
 * @param {Node} node @param {Input} input
 */
export const shownValue = (node, input) => node.values?.[input.name] ?? input.widget?.default;

/**
 * Return a fresh node of a type, with its defaults written down, so that it stays as it is when they change.
 * @param {NodeSpec} spec @param {number} x @param {number} y @returns {Node}
 */
export function freshNode(spec, x, y) {
  /** @type {Node} */
  const node = { type: spec.id, version: spec.version, place: [Math.round(x), Math.round(y), 0, 0] };
  const values = Object.fromEntries(
    inputsOf(spec, node)
      .filter((each) => each.widget?.default !== undefined && !each.isSpare)
      .map((each) => [each.name, each.widget?.default]),
  );
  if (Object.keys(values).length) node.values = values;
  return node;
}

/**
 * Return as much of a way into subgraphs as there is.
 * @param {WorkflowDocument} document @param {readonly string[]} way  ids of instances, outermost first
 */
export function passable(document, way) {
  let level = "";
  for (const [depth, id] of way.entries()) {
    level = enteredBy(document, level, id);
    if (!level) return way.slice(0, depth);
  }
  return way;
}

/** Return the definition that a way leads to, "" at the top. @param {WorkflowDocument} document @param {readonly string[]} way */
export function levelOf(document, way) {
  let level = "";
  for (const id of passable(document, way)) level = enteredBy(document, level, id);
  return level;
}

/** @param {WorkflowDocument} document @param {string} level @param {string} id @returns {string} the definition of an instance */
function enteredBy(document, level, id) {
  const type = graphAt(document, level).nodes[id]?.type ?? "";
  const definition = type.startsWith(SUBGRAPH) ? type.slice(SUBGRAPH.length) : "";
  return document.subgraphs?.[definition] ? definition : "";
}
