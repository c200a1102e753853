// @ts-check
/**
 * Sockets with a common type: inputs and outputs of one `match` word of a node are of the type that is
 * linked to any of them, over nodes that hand it on.
 */

import { entryOf } from "./maps.js";

/** @typedef {{ name: string, type: string, match?: string }} MatchedInput */
/** @typedef {{ type: string, match?: string }} MatchedOutput */
/** @typedef {{ inputs: readonly MatchedInput[], outputs: readonly MatchedOutput[] }} Sockets  with their declared types */
/** @typedef {{ from: string, output: number, to: string, input: string }} Link */

const ANYTHING = new Set(["*", ""]);

/**
 * Return the types that matched sockets take: the first given one of all that hang together, else the
 * first that is wanted of them.
 * @param {Iterable<string>} ids  nodes with matched sockets
 * @param {(id: string) => Sockets | undefined} socketsOf @param {(id: string) => Iterable<Link>} linksOf  both ways
 * @returns {Map<string, string>} by `groupOf`
 */
export function matchedTypes(ids, socketsOf, linksOf) {
  /** @type {Map<string, string[]>} */
  const neighbours = new Map();
  /** @type {Map<string, string>} */
  const given = new Map();
  /** @type {Map<string, string>} */
  const wanted = new Map();
  const all = [...ids];
  for (const id of all) {
    for (const link of linksOf(id)) {
      const from = endOf(link.from, socketsOf(link.from)?.outputs[link.output]);
      const to = endOf(
        link.to,
        socketsOf(link.to)?.inputs.find((each) => each.name === link.input),
      );
      if (from.group && to.group) {
        entryOf(neighbours, from.group, () => []).push(to.group);
        entryOf(neighbours, to.group, () => []).push(from.group);
      } else if (to.group && from.type) given.set(to.group, given.get(to.group) ?? from.type);
      else if (from.group && to.type) wanted.set(from.group, wanted.get(from.group) ?? to.type);
    }
  }
  /** @type {Map<string, string>} */
  const types = new Map();
  for (const known of [given, wanted])
    for (const [group, type] of known) spread(types, neighbours, group, type);
  return types;
}

/**
 * Return the type of a matched input as it shows: one that only this input's own link gives may be
 * replaced by another, so what is declared fits as well.
 * @param {string} declared @param {string | undefined} type @param {boolean} isAlone
 */
export function shownType(declared, type, isAlone) {
  if (!type) return declared;
  return isAlone ? `${type},${declared || "*"}` : type;
}

/** @param {string} id @param {string} word */
export const groupOf = (id, word) => `${id} ${word}`;

/** @param {string} id @param {MatchedOutput | undefined} socket */
function endOf(id, socket) {
  if (socket?.match) return { group: groupOf(id, socket.match), type: "" };
  return { group: "", type: socket && !ANYTHING.has(socket.type) ? socket.type : "" };
}

/**
 * Give a type to a group and all that hang on it; who has one keeps it.
 * @param {Map<string, string>} types @param {ReadonlyMap<string, string[]>} neighbours @param {string} group @param {string} type
 */
function spread(types, neighbours, group, type) {
  const waiting = [group];
  for (let each = waiting.pop(); each !== undefined; each = waiting.pop()) {
    if (types.has(each)) continue;
    types.set(each, type);
    waiting.push(...(neighbours.get(each) ?? []));
  }
}
