// @ts-check
/**
 * The rails of a subgraph: what comes in stands left of its nodes, what goes out right of them. A rail is
 * placed like a node whose sockets are the exposed ones, and a last one that makes another. Nothing of it
 * is in the document.
 */

import { INLETS, OUTLETS } from "../model/subgraphs.js";
import { around } from "./camera.js";
import { linkCurve } from "./link-curve.js";

/** @typedef {import("../model/document.js").Graph} Graph */
/** @typedef {import("./graph-index.js").GraphIndex} GraphIndex */
/** @typedef {import("./graph-index.js").PlacedNode} PlacedNode */
/** @typedef {{ graph: Graph, into: PlacedNode, out: PlacedNode }} Rails */
/** @typedef {{ id: string, curve: import("./link-curve.js").Curve, type: string }} RailLink */

export const RAIL_WIDTH = 150;
const ROW = 28;
const AWAY = 110;
const ANY = "*";

/** Return the rails of what is shown, none outside of subgraphs. @param {GraphIndex} index @returns {PlacedNode[]} */
export const sidesOf = ({ rails }) => (rails ? [rails.into, rails.out] : []);

/** @param {GraphIndex} index @param {Graph} graph @returns {Rails} */
export function railsOf(index, graph) {
  const box = around([...index.nodes.values()]) ?? { x: 0, y: 0, width: 0, height: 0 };
  const inlets = (graph.inputs ?? []).map(({ name, label, targets: [target] }) => ({
    name: label || name,
    type: target ? typeOfInput(index, target) : ANY,
  }));
  const outlets = (graph.outputs ?? []).map(({ name, label, source }) => ({
    name: label || name,
    type: index.nodes.get(source[0])?.box.outputs[source[1]]?.type ?? ANY,
  }));
  const middle = box.y + box.height / 2;
  return {
    graph,
    into: rail(INLETS, box.x - AWAY - RAIL_WIDTH, middle, inlets),
    out: rail(OUTLETS, box.x + box.width + AWAY, middle, outlets),
  };
}

/** @param {GraphIndex} index @param {readonly [string, string]} target */
const typeOfInput = (index, [id, input]) =>
  index.nodes.get(id)?.box.inputs.find((each) => each.name === input)?.type ?? ANY;

/**
 * @param {string} id @param {number} x @param {number} middle @param {{ name: string, type: string }[]} exposed
 * @returns {PlacedNode}
 */
function rail(id, x, middle, exposed) {
  const rows = [...exposed, { name: "", type: ANY }].map((each, index) => ({
    ...each,
    y: ROW * (index + 0.5),
  }));
  const height = ROW * rows.length;
  const inputs = rows.map(({ name, type, y }, index) => ({
    name: String(index),
    label: name,
    type,
    y,
    row: null,
    input: { name, label: name, type },
  }));
  const outputs = rows.map((each, index) => ({ ...each, index }));
  const isIn = id === INLETS;
  const box = {
    width: RAIL_WIDTH,
    height,
    inputs: isIn ? [] : inputs,
    outputs: isIn ? outputs : [],
    widgets: [],
    picture: null,
    isCollapsed: false,
  };
  const y = Math.round(middle - height / 2);
  const node = { type: "", links: {} };
  const spec = /** @type {import("../model/schema.js").NodeSpec} */ ({ id, title: "" });
  return { id, node, spec, box, x, y, width: RAIL_WIDTH, height };
}

/** Return the links between the rails and the nodes. @param {GraphIndex} index @param {Rails} rails @returns {RailLink[]} */
export function railLinks(index, { graph, into, out }) {
  const begin = (/** @type {number} */ at) => ({
    x: into.x + into.width,
    y: into.y + into.box.outputs[at].y,
  });
  const end = (/** @type {number} */ at) => ({ x: out.x, y: out.y + out.box.inputs[at].y });
  const drawn = (
    /** @type {string} */ id,
    /** @type {import("./camera.js").Point | null} */ from,
    /** @type {import("./camera.js").Point | null} */ to,
    /** @type {string} */ type,
  ) => (from && to ? [{ id, type, curve: linkCurve(from, to, [], index.shape) }] : []);
  return [
    ...(graph.inputs ?? []).flatMap(({ targets }, at) =>
      targets.flatMap(([id, input]) =>
        drawn(`${id}.${input}`, begin(at), index.inputAt(id, input), into.box.outputs[at].type),
      ),
    ),
    ...(graph.outputs ?? []).flatMap(({ source }, at) =>
      drawn(`out ${at}`, index.outputAt(...source), end(at), out.box.inputs[at].type),
    ),
  ];
}
