// @ts-check
/** A document as lines of a tree: nodes, their inputs and outputs, what is inside of subgraphs. Only what is open is made. */

import { graphAt } from "./document.js";
import { exposedIndex } from "./edits/exposed.js";
import { addRail } from "./rail-rows.js";
import { inputsOf, shownValue, specOf } from "./schema.js";
import { enterable, INLETS, OUTLETS } from "./subgraphs.js";

/** @typedef {import("./document.js").Graph} Graph */
/** @typedef {import("./document.js").Node} Node */
/** @typedef {import("./document.js").WorkflowDocument} WorkflowDocument */
/** @typedef {import("./schema.js").Input} Input */
/** @typedef {import("./schema.js").Schema} Schema */
/**
 * @typedef {{
 *   key: string, kind: "node" | "rail" | "input" | "output", way: readonly string[], id: string, depth: number,
 *   label: string, place: number, count: number, isOpen: boolean, hasMore: boolean,
 *   input?: Input, output?: number, linked?: string, fed?: string, value?: unknown, uses?: number, mode?: Node["mode"],
 * }} Row
 *   way: instances that lead to the node; place of count: among its siblings; linked: where an input is
 *   fed from; fed: which input of the subgraph feeds it; uses: what an output feeds. What has no label is
 *   a rail, or its socket that makes another.
 */

const MOST_DEEP = 12;

/**
 * @param {WorkflowDocument} document @param {Schema} schema @param {ReadonlySet<string>} open  keys of nodes
 * @param {string} [filter]  only nodes whose title or type has this
 * @returns {Row[]}
 */
export function outlineRows(document, schema, open, filter = "") {
  /** @type {Row[]} */
  const rows = [];
  addLevel(rows, { document, schema, open }, "", [], filter.trim().toLowerCase());
  return rows;
}

/** @typedef {{ document: WorkflowDocument, schema: Schema, open: ReadonlySet<string> }} About */

/** @param {Row[]} rows @param {About} about @param {string} level @param {readonly string[]} way @param {string} filter @param {number} [before] siblings before @param {number} [count] */
function addLevel(rows, about, level, way, filter, before = 0, count) {
  const graph = graphAt(about.document, level);
  const titled = Object.keys(graph.nodes).map((id) => ({ id, ...wordsOf(about, graph.nodes[id]) }));
  const chosen = titled.filter(({ words }) => words.includes(filter)).map(({ id }) => id);
  const all = count ?? chosen.length;
  for (const [index, id] of inOrder(graph, chosen).entries())
    addNode(rows, about, graph, { way, id, place: before + index + 1, count: all });
}

/** @param {About} about @param {Node} node */
function wordsOf({ document, schema }, node) {
  const title = titleIn({ document, schema }, node);
  return { words: `${title} ${node.type}`.toLowerCase() };
}

/** @param {Pick<About, "document" | "schema">} about @param {Node} node */
const titleIn = ({ document, schema }, node) => node.title || specOf(schema, document, node).title;

/** Left to right, as graphs are read. @param {Graph} graph @param {readonly string[]} ids */
function inOrder(graph, ids) {
  const place = (/** @type {string} */ id) => graph.nodes[id].place ?? [0, 0];
  return ids.toSorted((a, b) => place(a)[0] - place(b)[0] || place(a)[1] - place(b)[1]);
}

/**
 * @param {Row[]} rows @param {About} about @param {Graph} graph
 * @param {{ way: readonly string[], id: string, place: number, count: number }} at
 */
function addNode(rows, about, graph, { way, id, place, count }) {
  const { document, schema, open } = about;
  const node = graph.nodes[id];
  const spec = specOf(schema, document, node);
  const key = [...way, id].join(":");
  const inputs = inputsOf(spec, node);
  const outputs = spec.outputs ?? [];
  const inside = way.length < MOST_DEEP ? enterable(document, node) : "";
  const hasMore = inputs.length + outputs.length > 0 || Boolean(inside);
  const isOpen = open.has(key) && hasMore;
  const depth = way.length + 1;
  const label = node.title || spec.title;
  rows.push({ key, kind: "node", way, id, depth, label, place, count, isOpen, hasMore, mode: node.mode });
  if (!isOpen) return;
  const innerCount = inside ? Object.keys(graphAt(document, inside).nodes).length + RAILS : 0;
  const total = inputs.length + outputs.length + innerCount;
  const shared = { way, id, depth: depth + 1, count: total, isOpen: false, hasMore: false };
  for (const [index, input] of inputs.entries())
    rows.push({
      ...shared,
      ...inputRow(about, graph, node, input),
      fed: way.length ? fedBy(graph, id, input.name) : undefined,
      key: `${key} in ${input.name}`,
      place: index + 1,
    });
  const uses = outputs.length ? usesOf(graph, id, way.length > 0) : new Map();
  for (const [index, { name }] of outputs.entries()) {
    const row = {
      kind: /** @type {const} */ ("output"),
      label: name,
      output: index,
      uses: uses.get(index) ?? 0,
    };
    rows.push({ ...shared, ...row, key: `${key} out ${index}`, place: inputs.length + index + 1 });
  }
  if (inside) addInside(rows, about, inside, [...way, id], inputs.length + outputs.length, total);
}

const RAILS = 2;

/** @param {Row[]} rows @param {About} about @param {string} level @param {readonly string[]} way @param {number} before @param {number} count */
function addInside(rows, about, level, way, before, count) {
  const graph = graphAt(about.document, level);
  addRail(rows, about, graph, { way, id: INLETS, place: before + 1, count });
  addLevel(rows, about, level, way, "", before + 1, count);
  addRail(rows, about, graph, { way, id: OUTLETS, place: count, count });
}

/** @param {Graph} graph @param {string} id @param {string} input */
function fedBy(graph, id, input) {
  const exposed = graph.inputs?.[exposedIndex(graph, id, input)];
  return exposed && (exposed.label || exposed.name);
}

/** @param {About} about @param {Graph} graph @param {Node} node @param {Input} input */
function inputRow(about, graph, node, input) {
  const source = node.links?.[input.name];
  const from = source && graph.nodes[source[0]];
  const output = from && specOf(about.schema, about.document, from).outputs?.[source[1]]?.name;
  return {
    kind: /** @type {const} */ ("input"),
    label: input.label || input.name,
    input,
    linked: source
      ? [from ? titleIn(about, from) : source[0], output ?? source[2] ?? ""].join(", ")
      : undefined,
    value: source || !input.widget ? undefined : shownValue(node, input),
  };
}

/** @param {Graph} graph @param {string} id @param {boolean} isInside  of a subgraph @returns {Map<number, number>} */
function usesOf(graph, id, isInside) {
  /** @type {Map<number, number>} */
  const uses = new Map();
  for (const node of Object.values(graph.nodes))
    for (const [from, index] of Object.values(node.links ?? {}))
      if (from === id) uses.set(index, (uses.get(index) ?? 0) + 1);
  for (const { source } of (isInside && graph.outputs) || [])
    if (source[0] === id) uses.set(source[1], (uses.get(source[1]) ?? 0) + 1);
  return uses;
}
