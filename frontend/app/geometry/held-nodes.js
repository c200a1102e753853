// @ts-check
/** Nodes that are shown elsewhere, or larger, than the document has them, while they are dragged. */

/** @typedef {import("../model/document.js").Node} Node */
/** @typedef {import("./camera.js").Point} Point */

export class HeldNodes {
  /** @type {Map<string, Point>} how far nodes are from their places */
  #moved = new Map();
  /** @type {Map<string, [number, number]>} */
  #sizes = new Map();

  /** @param {Iterable<string>} ids @param {number} dx @param {number} dy */
  move(ids, dx, dy) {
    for (const id of ids) this.#moved.set(id, { x: dx, y: dy });
  }

  /** @param {string} id @param {number} width @param {number} height */
  stretch(id, width, height) {
    this.#sizes.set(id, [width, height]);
  }

  /** Hold nothing any more. @returns {Set<string>} what was held */
  release() {
    const ids = new Set([...this.#moved.keys(), ...this.#sizes.keys()]);
    this.#moved.clear();
    this.#sizes.clear();
    return ids;
  }

  /** @param {string} id @param {Node} node @returns {Point} where it is shown */
  placeOf(id, { place: [x = 0, y = 0] = [0, 0, 0, 0] }) {
    const moved = this.#moved.get(id);
    return moved ? { x: x + moved.x, y: y + moved.y } : { x, y };
  }

  /** @param {string} id @param {Node} node @returns {Node} with the size that it is shown in */
  sized(id, node) {
    const size = this.#sizes.get(id);
    if (!size) return node;
    const [x = 0, y = 0] = node.place ?? [];
    return { ...node, place: [x, y, ...size] };
  }
}
