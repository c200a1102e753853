// @ts-check
/** Links between the nodes of a subgraph and its rails: made, moved and taken off as other links are. */

import { sidesOf } from "../geometry/rails.js";
import { exposedIndex } from "../model/edits/exposed.js";
import { feedFromOutside, giveOutside, keepInside } from "../model/edits/rails.js";
import { INLETS, isRail, OUTLETS } from "../model/subgraphs.js";
import { inputSocket, outputSocket } from "../surface/link-fit.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../model/patches.js").Patch} Patch */
/** @typedef {import("../model/document.js").WorkflowDocument} WorkflowDocument */
/** @typedef {import("../geometry/hit-test.js").Socket} Socket */
/**
 * @typedef {{ id: string, from: Socket, target?: [string, string], place?: number, remove: (now?: WorkflowDocument) => Patch[] }} RailLink
 *   id: as it is drawn; from: where it hangs; target: what it feeds, or place: of the output that it gives
 */

/** @param {Socket} socket */
export const isOnRail = ({ node }) => isRail(node.id);

/** Return a node of what is shown, or a rail. @param {App} app @param {string} id */
export const placedAt = ({ canvas: { index } }, id) =>
  index.nodes.get(id) ?? sidesOf(index).find((each) => each.id === id);

/**
 * Return what a socket is linked to by links with rails, and the patches that end each of these.
 * @param {App} app @param {Socket} socket @returns {{ other: Socket, remove: (now?: WorkflowDocument) => Patch[] }[]}
 */
export function railLinksAt(app, socket) {
  const into = railLinkInto(app, socket);
  if (into) return [{ other: into.from, remove: into.remove }];
  const { rails } = app.canvas.index;
  if (!rails || socket.kind !== "output") return [];
  return socket.node.id === INLETS ? fedFrom(app, socket.output) : givenFrom(app, rails.out, socket);
}

/** @param {App} app @param {number} place  of an exposed input */
const fedFrom = ({ tab, canvas }, place) =>
  (tab.graph.inputs?.[place]?.targets ?? []).flatMap((target) => {
    const node = canvas.index.nodes.get(target[0]);
    const found = node?.box.inputs.find((each) => each.name === target[1]);
    if (!node || !found) return [];
    const remove = (now = tab.store.document) => feedFromOutside(now, tab.level, target, -1);
    return [{ other: inputSocket(node, found), remove }];
  });

/**
 * @param {App} app @param {import("../geometry/graph-index.js").PlacedNode} rail
 * @param {Socket & { kind: "output" }} socket
 */
const givenFrom = ({ tab }, rail, { node, output }) =>
  (tab.graph.outputs ?? []).flatMap(({ source }, place) =>
    source[0] === node.id && source[1] === output
      ? [
          {
            other: inputSocket(rail, rail.box.inputs[place]),
            remove: (now = tab.store.document) => keepInside(now, tab.level, place),
          },
        ]
      : [],
  );

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
    remove: (now = tab.store.document) => keepInside(now, tab.level, place),
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
    remove: (now = tab.store.document) => feedFromOutside(now, tab.level, target, -1),
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
