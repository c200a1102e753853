// @ts-check
/** What nodes, rails and their sockets are called. */

import { t } from "../i18n.js";
import { INLETS, isRail } from "../model/subgraphs.js";

/** @typedef {import("../geometry/hit-test.js").Socket} Socket */
/** @typedef {import("../geometry/graph-index.js").PlacedNode} PlacedNode */

/** @param {string} id  of a rail */
const sideOf = (id) => (id === INLETS ? "input" : "output");

/** @param {string} id */
export const railName = (id) => t(`rail.${sideOf(id)}`);

/** What the socket of a rail is called that makes another. @param {string} id */
export const newSocketName = (id) => t(`rail.new-${sideOf(id)}`);

/** @param {PlacedNode} placed */
export const nameOf = ({ id, node, spec }) => (isRail(id) ? railName(id) : node.title || spec.title);

/** @param {Socket} socket */
export function socketName(socket) {
  const { box, id } = socket.node;
  const name =
    socket.kind === "output"
      ? (box.outputs[socket.output]?.name ?? "")
      : (box.inputs.find((each) => each.name === socket.input)?.label ?? socket.input);
  return name || (isRail(id) ? newSocketName(id) : "");
}
