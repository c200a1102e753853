// @ts-check
/** The rails of a subgraph as lines of the outline: what comes in before its nodes, what goes out after them. */

import { specOf } from "./schema.js";
import { INLETS } from "./subgraphs.js";

/** @typedef {import("./document.js").Graph} Graph */
/** @typedef {import("./outline.js").About} About */
/** @typedef {import("./outline.js").Row} Row */
/** @typedef {Pick<Row, "label"> & Partial<Row>} Socket */

/**
 * @param {Row[]} rows @param {About} about @param {Graph} graph
 * @param {{ way: readonly string[], id: string, place: number, count: number }} at  id: of the rail
 */
export function addRail(rows, about, graph, { way, id, place, count }) {
  const key = [...way, id].join(":");
  const isOpen = about.open.has(key);
  const depth = way.length + 1;
  rows.push({ key, kind: "rail", way, id, depth, label: "", place, count, isOpen, hasMore: true });
  if (!isOpen) return;
  const sockets = [...(id === INLETS ? inlets(graph) : outlets(about, graph)), { label: "" }];
  const kind = id === INLETS ? "output" : "input";
  const shared = { way, id, depth: depth + 1, count: sockets.length, isOpen: false, hasMore: false };
  for (const [at, socket] of sockets.entries()) {
    const where = kind === "output" ? { output: at } : { input: inputAt(at, "*") };
    rows.push({ ...shared, kind, ...where, ...socket, key: `${key} ${at}`, place: at + 1 });
  }
}

/** @param {number} at  where it stands on the rail @param {string} type */
const inputAt = (at, type) => ({ name: String(at), label: "", type });

/** @param {Graph} graph @returns {Socket[]} */
const inlets = ({ inputs = [] }) =>
  inputs.map(({ name, label, targets }) => ({ label: label || name, uses: targets.length }));

/** @param {About} about @param {Graph} graph @returns {Socket[]} */
const outlets = ({ document, schema }, { nodes, outputs = [] }) =>
  outputs.map(({ name, label, source: [id, index] }, at) => {
    const node = nodes[id];
    const spec = node && specOf(schema, document, node);
    const output = spec?.outputs?.[index];
    return {
      label: label || name,
      input: inputAt(at, output?.type ?? "*"),
      linked: [node ? node.title || spec.title : id, output?.name ?? ""].join(", "),
    };
  });
