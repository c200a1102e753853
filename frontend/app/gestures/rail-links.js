// @ts-check
/** Links between the nodes of a subgraph and its rails: made, moved and taken off as other links are. */

import { INLETS, OUTLETS } from "../geometry/rails.js";
import { exposedIndex } from "../model/edits/exposed.js";
import { feedFromOutside, giveOutside, keepInside } from "../model/edits/rails.js";
import { outputSocket } from "../surface/link-fit.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../model/patches.js").Patch} Patch */
/** @typedef {import("../geometry/hit-test.js").Socket} Socket */
/**
 * @typedef {{ id: string, from: Socket, target?: [string, string], place?: number, remove: () => Patch[] }} RailLink
 *   id: as it is drawn; from: where it hangs; target: what it feeds, or place: of the output that it gives
 */

/** @param {Socket} socket */
export const isOnRail = ({ node }) => node.id === INLETS || node.id === OUTLETS;

/** Return the link with a rail that ends at a socket. @param {App} app @param {Socket} socket @returns {RailLink | null} */
export function railLinkInto(app, socket) {
  const { rails } = app.canvas.index;
  if (!rails || socket.kind !== "input") return null;
  return socket.node.id === OUTLETS ? linkOut(app, Number(socket.input)) : linkIn(app, rails.into, socket);
}

/** @param {App} app @param {number} place @returns {RailLink | null} */
function linkOut({ tab, canvas }, place) {
  const [id, output] = tab.graph.outputs?.[place]?.source ?? ["", 0];
  const node = canvas.index.nodes.get(id);
  const socket = node?.box.outputs[output];
  if (!node || !socket) return null;
  return {
    id: `out ${place}`,
    from: outputSocket(node, socket),
    place,
    remove: () => keepInside(tab.store.document, tab.level, place),
  };
}

/**
 * @param {App} app @param {import("../geometry/graph-index.js").PlacedNode} rail
 * @param {Socket & { kind: "input" }} socket @returns {RailLink | null}
 */
function linkIn({ tab }, rail, { node, input }) {
  const place = exposedIndex(tab.graph, node.id, input);
  if (place < 0) return null;
  /** @type {[string, string]} */
  const target = [node.id, input];
  return {
    id: target.join("."),
    from: outputSocket(rail, rail.box.outputs[place]),
    target,
    remove: () => feedFromOutside(tab.store.document, tab.level, target, -1),
  };
}

/**
 * Return the patches that link two sockets of which one is on a rail; from rail to rail nothing goes.
 * @param {App} app @param {Socket} from  an output @param {Socket} to  an input
 * @param {RailLink | null} taken  the link that was taken off for it @returns {Patch[]}
 */
export function railLinked({ tab }, from, to, taken) {
  if (from.kind !== "output" || to.kind !== "input" || (isOnRail(from) && isOnRail(to))) return [];
  const { document } = tab.store;
  const { id, box } = to.node;
  if (isOnRail(from)) {
    const label = box.inputs.find((each) => each.name === to.input)?.label;
    return feedFromOutside(document, tab.level, [id, to.input], from.output, { label, off: taken?.target });
  }
  const name = from.node.box.outputs[from.output]?.name ?? "";
  const source = /** @type {[string, number]} */ ([from.node.id, from.output]);
  return giveOutside(document, tab.level, source, Number(to.input), name, taken?.place);
}
