// @ts-check
/** One open document: it changes by patches alone, and says which version it is at. */

import { emptyHistory, redone, remembered, undone } from "./history.js";
import { applied } from "./patches.js";

/** @typedef {import("./history.js").Entry} Entry */
/** @typedef {import("./patches.js").Patch} Patch */
/** @typedef {[number, number, number, number]} Place  x, y, width, height in graph units; 0 is automatic */
/** @typedef {[string, number, string?]} LinkSource  node, index of the output, its name */
/**
 * @typedef {{
 *   type: string, version?: number, mode?: "run" | "mute" | "bypass", title?: string, place?: Place,
 *   values?: Record<string, unknown>, links?: Record<string, LinkSource>,
 *   controls?: Record<string, string>, foreign?: any, [unknown: string]: unknown,
 * }} Node
 */
/** @typedef {{ name: string, targets: [string, string][], label?: string, group?: string, description?: string }} ExposedInput */
/** @typedef {{ name: string, source: [string, number], label?: string }} ExposedOutput */
/** @typedef {{ title?: string, place: Place, color?: string, [unknown: string]: unknown }} Frame */
/**
 * @typedef {{
 *   title?: string, nodes: Record<string, Node>, inputs?: ExposedInput[], outputs?: ExposedOutput[],
 *   frames?: Frame[], view?: Record<string, any>, [unknown: string]: unknown,
 * }} Graph  a document, or a subgraph's definition
 */
/**
 * @typedef {Graph & {
 *   format: string, version: number, id?: string, description?: string,
 *   subgraphs?: Record<string, Graph>, extra?: Record<string, any>,
 * }} WorkflowDocument
 */
/** @typedef {(now: WorkflowDocument, before: WorkflowDocument) => void} Listener */

/** @returns {WorkflowDocument} */
export const emptyDocument = () => ({ format: "sfumato", version: 1, title: "", nodes: {} });

export class DocumentStore {
  /** @type {Set<Listener>} */
  #listeners = new Set();

  /**
   * @param {WorkflowDocument} document
   * @param {import("./history.js").History} [history]
   * @param {() => number} [clock] milliseconds
   */
  constructor(document, history = emptyHistory(), clock = Date.now) {
    this.document = document;
    this.history = history;
    this.clock = clock;
    /** Rises with each change. */
    this.version = 0;
  }

  /**
   * Change the document as one entry of the history.
   * @param {string} label @param {Patch[]} patches @param {string} [merge]
   */
  commit(label, patches, merge) {
    if (!patches.length) return;
    const inverse = this.#apply(patches);
    const entry = { label, patches, inverse, merge, time: this.clock() };
    this.history = remembered(this.history, entry);
    this.#tell();
  }

  /**
   * Change what is no edit of the person's, such as the camera or a seed that a run used.
   * @param {Patch[]} patches
   */
  adjust(patches) {
    if (!patches.length) return;
    this.#apply(patches);
    this.#tell();
  }

  /** @returns {Entry | null} what was undone */
  undo() {
    return this.#step(undone);
  }

  /** @returns {Entry | null} what was done again */
  redo() {
    return this.#step(redone);
  }

  /**
   * Hear of every change, once it is made.
   * @param {Listener} listener @returns {() => void} stops it
   */
  watch(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @param {typeof undone} step @returns {Entry | null} */
  #step(step) {
    const made = step(this.history, (patches) => this.#apply(patches));
    if (!made) return null;
    this.history = made.history;
    this.#tell();
    return made.entry;
  }

  #before = /** @type {WorkflowDocument | null} */ (null);

  /** @param {readonly Patch[]} patches */
  #apply(patches) {
    this.#before = this.document;
    const { root, inverse } = applied(this.document, patches);
    this.document = root;
    this.version += 1;
    return inverse;
  }

  #tell() {
    const before = this.#before ?? this.document;
    for (const listener of this.#listeners) listener(this.document, before);
  }
}

/**
 * Return a level of a document: itself, or a subgraph's definition.
 * @param {WorkflowDocument} document @param {string} level  "" or a definition's id
 * @returns {Graph}
 */
export function graphAt(document, level) {
  return (level && document.subgraphs?.[level]) || document;
}

/**
 * Return the path of something in a level, for patches.
 * @param {string} level @param {...string} keys @returns {string[]}
 */
export const pathIn = (level, ...keys) => (level ? ["subgraphs", level, ...keys] : keys);
