// @ts-check
/** Edits of notes, as patches. A note is text beside the graph; the list is replaced whole. */

import { pathIn } from "../document.js";

/** @typedef {import("../document.js").Graph} Graph */
/** @typedef {import("../patches.js").Patch} Patch */
/** @typedef {import("../../geometry/drawing.js").Note} Note */

/** @param {Graph} graph @returns {readonly Note[]} */
export const notesOf = (graph) => graph.view?.notes ?? [];

/** @param {string} level @param {readonly Note[]} notes @returns {Patch[]} */
const asPatch = (level, notes) => [
  { path: pathIn(level, "view", "notes"), value: notes.length ? notes : undefined },
];

/** @param {string} level @param {Graph} graph @param {Note} note @returns {Patch[]} */
export const addNote = (level, graph, note) => asPatch(level, [...notesOf(graph), note]);

/**
 * @param {string} level @param {Graph} graph @param {string} id @param {Partial<Note>} changes
 * @returns {Patch[]}
 */
export const setNote = (level, graph, id, changes) => setNotes(level, graph, new Map([[id, changes]]));

/**
 * @param {string} level @param {Graph} graph @param {ReadonlyMap<string, Partial<Note>>} changes
 * @returns {Patch[]}
 */
export function setNotes(level, graph, changes) {
  if (!changes.size) return [];
  return asPatch(
    level,
    notesOf(graph).map((each) => (changes.has(each.id) ? { ...each, ...changes.get(each.id) } : each)),
  );
}

/** @param {string} level @param {Graph} graph @param {ReadonlySet<string>} ids @returns {Patch[]} */
export function removeNotes(level, graph, ids) {
  if (!ids.size) return [];
  return asPatch(
    level,
    notesOf(graph).filter((each) => !ids.has(each.id)),
  );
}
