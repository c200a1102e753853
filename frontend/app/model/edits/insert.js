// @ts-check
/** New nodes: placed where nothing lies, linked to what they were asked for from. As patches. */

import { meet } from "../../geometry/camera.js";
import { nodeBox } from "../../geometry/node-box.js";
import { freshNode } from "../schema.js";
import { withoutWays } from "./dots.js";
import { connect, fittingInputs, fittingOutputs, isFedBy } from "./links.js";
import { addNode, freeId } from "./nodes.js";

/** @typedef {import("../document.js").Graph} Graph */
/** @typedef {import("../document.js").Node} Node */
/** @typedef {import("../patches.js").Patch} Patch */
/** @typedef {import("../schema.js").NodeSpec} NodeSpec */
/** @typedef {import("../../geometry/camera.js").Box} Box */
/** @typedef {import("../../geometry/camera.js").Point} Point */
/** @typedef {import("../../geometry/hit-test.js").Socket} Socket */

const GAP = 24;
const MOST_TRIES = 200;

/**
 * Return the nearest place, below where one wanted it, at which a box meets no other.
 * @param {Box} wanted @param {readonly Box[]} taken @returns {Point}
 */
export function freePlace(wanted, taken) {
  let { x, y } = wanted;
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const box = { ...wanted, x, y };
    const inTheWay = taken.filter((each) => meet(box, each));
    if (!inTheWay.length) break;
    y = Math.max(...inTheWay.map((each) => each.y + each.height)) + GAP;
  }
  return { x: Math.round(x), y: Math.round(y) };
}

/**
 * Add a node of a type; linked to a socket, its own socket lies at the point.
 * @param {string} level @param {Graph} graph @param {NodeSpec} spec @param {Point} at
 * @param {{ taken: readonly Box[], from?: Socket | null, values?: Record<string, unknown> }} how
 * @returns {{ patches: Patch[], id: string }}
 */
export function insertNode(level, graph, spec, at, { taken, from, values }) {
  const id = freeId(graph);
  const node = freshNode(spec, at.x, at.y);
  if (values) node.values = { ...node.values, ...values };
  const box = nodeBox(node, spec);
  const link = from ? linkTo(level, graph, id, node, spec, from) : null;
  const corner = from && link ? { x: at.x - (from.kind === "output" ? 0 : box.width), y: at.y - link.y } : at;
  const { x, y } = freePlace({ ...corner, width: box.width, height: box.height }, taken);
  node.place = [x, y, 0, 0];
  return { patches: [...addNode(level, id, node), ...(link?.patches ?? [])], id };
}

/**
 * @param {string} level @param {Graph} graph @param {string} id @param {Node} node @param {NodeSpec} spec
 * @param {Socket} from @returns {{ patches: Patch[], y: number } | null} y: of the new node's socket
 */
function linkTo(level, graph, id, node, spec, from) {
  const { inputs, outputs } = nodeBox(node, spec);
  if (from.kind === "output") {
    const name = fittingInputs(node, spec, from.type)[0]?.name;
    const socket = inputs.find((each) => each.name === name);
    const output = from.node.box.outputs[from.output]?.name ?? "";
    return socket
      ? { patches: connect(level, id, socket.name, [from.node.id, from.output, output]), y: socket.y }
      : null;
  }
  const index = fittingOutputs(spec, from.type)[0];
  if (index === undefined || isFedBy(graph, id, from.node.id)) return null;
  const patches = [
    ...withoutWays(level, graph, [{ node: from.node.id, input: from.input }]),
    ...connect(level, from.node.id, from.input, [id, index, outputs[index].name]),
  ];
  return { patches, y: outputs[index].y };
}
