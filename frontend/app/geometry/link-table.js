// @ts-check
/** The links of a level, and which of them are at each node and each dot. */

import { entryOf } from "../model/maps.js";

/** @typedef {import("./graph-index.js").PlacedLink} PlacedLink */

const NONE = /** @type {ReadonlySet<string>} */ (new Set());
const EMPTY = { x: 0, y: 0, width: 0, height: 0 };

export class LinkTable {
  /** @type {Map<string, PlacedLink>} */
  all = new Map();
  /** @type {Map<string, Set<string>>} links at each node, both ways */
  #ofNode = new Map();
  /** @type {Map<string, Set<string>>} */
  #atSpot = new Map();

  /** @param {string} nodeId @returns {ReadonlySet<string>} */
  of(nodeId) {
    return this.#ofNode.get(nodeId) ?? NONE;
  }

  /** @param {Iterable<string>} nodeIds @returns {Set<string>} */
  ofAll(nodeIds) {
    /** @type {Set<string>} */
    const found = new Set();
    for (const id of nodeIds) for (const linkId of this.of(id)) found.add(linkId);
    return found;
  }

  /** Return the links that pass a dot. @param {string} spot @returns {ReadonlySet<string>} */
  at(spot) {
    return this.#atSpot.get(spot) ?? NONE;
  }

  /** @param {string} linkId @param {string} spot */
  passes(linkId, spot) {
    entryOf(this.#atSpot, spot, () => new Set()).add(linkId);
  }

  /**
   * Put the links of a node's inputs anew; their curves are still to be drawn.
   * @param {string} id @param {Readonly<Record<string, readonly [string, number, string?]>>} links
   * @returns {Set<string>} those at the node, before and now
   */
  put(id, links) {
    const touched = new Set(this.of(id));
    for (const linkId of touched) if (this.all.get(linkId)?.to === id) this.#remove(linkId);
    for (const [input, [from, output]] of Object.entries(links)) {
      const linkId = `${id}.${input}`;
      touched.add(linkId);
      this.all.set(linkId, { id: linkId, from, output, to: id, input, type: "", curve: [], box: EMPTY });
      for (const end of [from, id]) entryOf(this.#ofNode, end, () => new Set()).add(linkId);
    }
    return touched;
  }

  /** @param {string} linkId */
  #remove(linkId) {
    const link = this.all.get(linkId);
    if (!link) return;
    this.#ofNode.get(link.from)?.delete(linkId);
    this.#ofNode.get(link.to)?.delete(linkId);
    this.all.delete(linkId);
  }
}
