// @ts-check
/** Boxes of nodes whose sockets take a common type. */

import { groupOf, matchedTypes, shownType } from "../model/matching.js";

/** @typedef {import("./node-box.js").NodeBox} NodeBox */
/** @typedef {import("../model/schema.js").NodeSpec} NodeSpec */
/** @typedef {import("../model/document.js").Node} Node */

/** @type {WeakMap<NodeSpec, boolean>} */
const known = new WeakMap();

/** Say whether a type of nodes has matched sockets. @param {NodeSpec} spec */
export function isMatched(spec) {
  let is = known.get(spec);
  if (is === undefined) {
    is =
      Boolean(spec.outputs?.some((each) => each.match)) ||
      Boolean(spec.inputs?.some((each) => each.match || each.dynamic));
    known.set(spec, is);
  }
  return is;
}

/**
 * Return a node's sockets with the types that they declare.
 * @param {NodeBox} box @param {NodeSpec} spec @returns {import("../model/matching.js").Sockets}
 */
const declaredSockets = (box, spec) => ({
  inputs: box.inputs.map(({ name, input }) => ({ name, type: input.type, match: input.match })),
  outputs: spec.outputs ?? [],
});

/**
 * Return a box with the types that its matched sockets take now; the same one when nothing is new.
 * @param {NodeBox} box @param {NodeSpec} spec @param {string} id @param {ReadonlyMap<string, string>} types
 * @param {{ inputs: ReadonlySet<string>, outputs: ReadonlySet<number> }} linked  sockets that are
 * @returns {NodeBox}
 */
function matchedBox(box, spec, id, types, linked) {
  const outputs = spec.outputs ?? [];
  const matchOf = (/** @type {string} */ name) => box.inputs.find((each) => each.name === name)?.input.match;
  /** @type {Map<string, number>} how many links each word has */
  const links = new Map();
  const count = (/** @type {string | undefined} */ word) =>
    word && links.set(word, (links.get(word) ?? 0) + 1);
  for (const name of linked.inputs) count(matchOf(name));
  for (const index of linked.outputs) count(outputs[index]?.match);
  const typeOf = (/** @type {string} */ word) => types.get(groupOf(id, word));
  const inputs = box.inputs.map((socket) => {
    const { match, type: declared } = socket.input;
    if (!match) return socket;
    const isAlone = linked.inputs.has(socket.name) && links.get(match) === 1;
    return { ...socket, type: shownType(declared, typeOf(match), isAlone) };
  });
  const given = box.outputs.map((socket, index) => {
    const { match, type: declared } = outputs[index];
    return match ? { ...socket, type: typeOf(match) ?? declared } : socket;
  });
  const isNew = inputs.some((each, at) => each.type !== box.inputs[at].type);
  const isOther = given.some((each, at) => each.type !== box.outputs[at].type);
  return isNew || isOther ? { ...box, inputs, outputs: given } : box;
}

/**
 * Return the boxes that are others now, because of what is linked to their matched sockets.
 * @param {Iterable<string>} ids  nodes with such sockets
 * @param {ReadonlyMap<string, { spec: NodeSpec, box: NodeBox }>} nodes
 * @param {(id: string) => import("../model/matching.js").Link[]} linksAt  both ways @returns {Map<string, NodeBox>}
 */
export function rematched(ids, nodes, linksAt) {
  const all = [...ids].filter((id) => nodes.has(id));
  const socketsOf = (/** @type {string} */ id) => {
    const found = nodes.get(id);
    return found && declaredSockets(found.box, found.spec);
  };
  const types = matchedTypes(all, socketsOf, linksAt);
  /** @type {Map<string, NodeBox>} */
  const others = new Map();
  for (const id of all) {
    const { box, spec } = /** @type {{ spec: NodeSpec, box: NodeBox }} */ (nodes.get(id));
    const links = linksAt(id);
    const linked = {
      inputs: new Set(links.filter((each) => each.to === id).map((each) => each.input)),
      outputs: new Set(links.filter((each) => each.from === id).map((each) => each.output)),
    };
    const now = matchedBox(box, spec, id, types, linked);
    if (now !== box) others.set(id, now);
  }
  return others;
}
