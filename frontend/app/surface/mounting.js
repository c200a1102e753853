// @ts-check
/** Which nodes are in the page: those near the view and those that must stay, a few more each frame. */

import { grownBy } from "../geometry/camera.js";
import { FAR, MARGIN, MARGIN_PX, MOST_MOUNTED, nearestTo, within } from "../geometry/cull.js";

/** @typedef {import("../geometry/graph-index.js").PlacedNode} PlacedNode */
/** @typedef {import("../geometry/camera.js").Box} Box */
/**
 * @template T
 * @typedef {{ element: HTMLElement, update(placed: T): void, destroy(): void, enter?(): unknown }} View
 */
/** @typedef {View<PlacedNode>} NodeView */

/** Nodes mounted in one frame, or taken out at once, at most, so that nothing takes long. */
export const A_FRAME = 12;
/** While the view moves one is mounted in a frame, the others are drawn; for each so many frames of rest, one more. */
export const REST_FRAMES = 2;
/** A node that is out of sight stays for so long, as one often comes back. */
export const LINGER_MS = 300;

/** @template {Box & { id: string }} T */
export class Mounting {
  /** @type {Map<string, View<T>>} */
  views = new Map();
  /** @type {Map<string, number>} when a view was wanted last */
  #left = new Map();
  /** Frames since the view has moved. */
  #rested = 0;
  /** Nothing was there, and not all is there yet. */
  #isFresh = true;
  /** Counts work, for tests. */
  mounts = 0;

  /**
   * @param {HTMLElement} layer @param {(placed: T) => View<T>} make
   * @param {() => number} clock milliseconds
   */
  constructor(layer, make, clock = () => performance.now()) {
    this.layer = layer;
    this.make = make;
    this.clock = clock;
  }

  /**
   * Mount what has come near.
   * @param {ReadonlyMap<string, T>} nodes @param {Box} view @param {number} zoom
   * @param {ReadonlySet<string>} pinned @param {boolean} hasMoved  the view, since the last frame
   * @returns {{ isDone: boolean, hasLeft: boolean }}
   */
  follow(nodes, view, zoom, pinned, hasMoved = false) {
    this.#rested = hasMoved ? 0 : this.#rested + 1;
    const wanted = this.#wanted(nodes, view, zoom, pinned);
    this.#mountSome(wanted, pinned);
    let isDone = true;
    for (const id of wanted.keys()) isDone &&= this.views.has(id);
    if (isDone) this.#isFresh = false;
    for (const id of this.views.keys()) {
      if (wanted.has(id)) this.#left.delete(id);
      else if (!nodes.has(id)) this.unmount(id);
      else if (!this.#left.has(id)) this.#left.set(id, this.clock());
    }
    return { isDone, hasLeft: this.#left.size > 0 };
  }

  /** Take some of those out that have been out of sight for a while; say whether some are left to go. */
  tidy() {
    const now = this.clock();
    const due = [...this.#left].filter(([, since]) => now - since >= LINGER_MS).slice(0, A_FRAME);
    for (const [id] of due) this.unmount(id);
    return this.#left.size > 0;
  }

  /** @param {string} id */
  unmount(id) {
    const view = this.views.get(id);
    this.views.delete(id);
    this.#left.delete(id);
    view?.destroy();
    view?.element.remove();
  }

  /** Take all out. */
  clear() {
    for (const id of [...this.views.keys()]) this.unmount(id);
    this.#isFresh = true;
  }

  /** Mount some of those that are missing; what is held is waited for. @param {ReadonlyMap<string, T>} wanted @param {ReadonlySet<string>} pinned */
  #mountSome(wanted, pinned) {
    const missing = [...wanted.values()].filter(({ id }) => !this.views.has(id));
    const held = missing.filter(({ id }) => pinned.has(id)).length;
    const budget = this.#isFresh ? A_FRAME : 1 + Math.floor(this.#rested / REST_FRAMES);
    for (const each of missing.slice(0, Math.min(A_FRAME, Math.max(held, budget)))) this.#mount(each);
  }

  /** @param {T} placed */
  #mount(placed) {
    const view = this.make(placed);
    this.mounts += 1;
    this.views.set(placed.id, view);
    this.layer.append(view.element);
  }

  /**
   * @param {ReadonlyMap<string, T>} nodes @param {Box} view @param {number} zoom
   * @param {ReadonlySet<string>} pinned @returns {Map<string, T>}
   */
  #wanted(nodes, view, zoom, pinned) {
    /** @type {Map<string, T>} */
    const wanted = new Map();
    for (const id of pinned) {
      const placed = nodes.get(id);
      if (placed) wanted.set(id, placed);
    }
    if (zoom < FAR) return wanted;
    const near = within(nodes.values(), grownBy(view, Math.min(MARGIN, MARGIN_PX / zoom)));
    for (const each of nearestTo(near, view, MOST_MOUNTED - wanted.size)) wanted.set(each.id, each);
    return wanted;
  }
}
