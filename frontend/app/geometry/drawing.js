// @ts-check
/**
 * What a level shows and does not run: frames, notes, reroute dots and the browser's nodes of imported
 * workflows, each with its place. Gestures show them elsewhere until they are let go.
 */

import { wayOf, waysIn } from "./ways.js";

/** @typedef {import("../model/document.js").Graph} Graph */
/** @typedef {import("./camera.js").Box} Box */
/** @typedef {import("./camera.js").Point} Point */
/** @typedef {Box & { id: string, title: string, text: string, isBox: boolean, isVirtual: boolean }} Spot  a dot has no size */
/** @typedef {{ id: string, title?: string, text?: string, format?: string, place: number[], color?: string }} Note */
/** @typedef {Box & { id: string, index: number, note: Note }} PlacedNote */
/** @typedef {Box & { index: number, frame: import("../model/document.js").Frame }} PlacedFrame */
/** @typedef {{ dx: number, dy: number, dw: number, dh: number }} Offset */

export const NOTE_WIDTH = 240;
export const NOTE_HEIGHT = 140;
const LEAST_BOX = 120;
const BOX_HEIGHT = 52;
const NOWHERE = { dx: 0, dy: 0, dw: 0, dh: 0 };

export class Drawing {
  /** @type {Map<string, Spot>} dots and virtual nodes, which links pass */
  spots = new Map();
  /** @type {Map<string, PlacedNote>} */
  notes = new Map();
  /** @type {PlacedFrame[]} */
  frames = [];
  /** @type {Graph} */
  #graph = { nodes: {} };
  /** @type {Map<string, Offset>} by "dot ID", "note ID", "frame INDEX" */
  #offsets = new Map();

  /**
   * @param {Graph} graph
   * @returns {{ hasOtherWays: boolean, notes: Set<string> }} what has changed
   */
  follow(graph) {
    const [now, before] = [graph.view, this.#graph.view];
    const isOther = (/** @type {string} */ key) => now?.[key] !== before?.[key];
    const hasFrames = graph.frames !== this.#graph.frames;
    this.#graph = graph;
    const hasOtherWays = ["dots", "routes", "virtual", "wires"].some(isOther);
    if (hasOtherWays) this.#placeSpots();
    if (hasFrames) this.#placeFrames();
    return { hasOtherWays, notes: isOther("notes") ? this.#placeNotes() : new Set() };
  }

  /**
   * Show things away from their places, or at another size.
   * @param {Iterable<string>} keys @param {Partial<Offset>} offset
   */
  shift(keys, offset) {
    for (const key of keys) this.#offsets.set(key, { ...NOWHERE, ...offset });
    this.#place();
  }

  /** Show all where they are. @returns {string[]} what was elsewhere */
  settle() {
    const keys = [...this.#offsets.keys()];
    this.#offsets.clear();
    if (keys.length) this.#place();
    return keys;
  }

  /**
   * Return what a link passes, from its source on, and where it begins when that is not its source.
   * @param {string} nodeId @param {string} input @param {readonly [string, number, string?] | undefined} source
   */
  wayOf(nodeId, input, source) {
    return wayOf(this.#graph, this.spots, nodeId, input, source);
  }

  /** Return wires that are no links: from primitives, and into nodes that share a value. */
  get wires() {
    return waysIn(this.#graph, this.spots);
  }

  #place() {
    this.#placeSpots();
    this.#placeNotes();
    this.#placeFrames();
  }

  #placeSpots() {
    this.spots.clear();
    for (const [id, { place }] of Object.entries(this.#graph.view?.dots ?? {})) {
      const { dx, dy } = this.#offset(`dot ${id}`);
      const [x, y] = [place[0] + dx, place[1] + dy];
      this.spots.set(id, {
        id,
        x,
        y,
        width: 0,
        height: 0,
        title: "",
        text: "",
        isBox: false,
        isVirtual: false,
      });
    }
    for (const [id, each] of Object.entries(this.#graph.view?.virtual ?? {})) {
      this.spots.set(id, virtualSpot(id, each, this.#offset(`dot ${id}`)));
    }
  }

  #placeNotes() {
    const before = this.notes;
    this.notes = new Map();
    const notes = /** @type {Note[]} */ (this.#graph.view?.notes ?? []);
    for (const [index, note] of notes.entries()) {
      const [x = 0, y = 0, width = 0, height = 0] = note.place ?? [];
      const { dx, dy, dw, dh } = this.#offset(`note ${note.id}`);
      const size = { width: (width || NOTE_WIDTH) + dw, height: (height || NOTE_HEIGHT) + dh };
      this.notes.set(note.id, { id: note.id, index, note, x: x + dx, y: y + dy, ...size });
    }
    return new Set([...before.keys(), ...this.notes.keys()]);
  }

  #placeFrames() {
    this.frames = (this.#graph.frames ?? []).map((frame, index) => {
      const [x, y, width, height] = frame.place;
      const { dx, dy, dw, dh } = this.#offset(`frame ${index}`);
      return { index, frame, x: x + dx, y: y + dy, width: width + dw, height: height + dh };
    });
  }

  /** @param {string} key */
  #offset(key) {
    return this.#offsets.get(key) ?? NOWHERE;
  }
}

/**
 * @param {string} id @param {any} node  of `view.virtual` @param {Offset} offset @returns {Spot}
 */
function virtualSpot(id, node, { dx, dy }) {
  const [x = 0, y = 0, width = 0, height = 0] = node.place ?? [];
  const held = node.foreign?.widgets_values?.[0];
  const about = { id, isVirtual: true, text: held === undefined ? "" : String(held) };
  if (/^Reroute/.test(node.type)) {
    const middle = { x: x + dx + width / 2, y: y + dy + height / 2 };
    return { ...about, ...middle, width: 0, height: 0, title: "", isBox: false };
  }
  const size = { width: Math.max(LEAST_BOX, width), height: BOX_HEIGHT };
  return { ...about, x: x + dx, y: y + dy, ...size, title: node.foreign?.title || node.type, isBox: true };
}
