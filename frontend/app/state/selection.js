// @ts-check
/** What is selected in a tab: nodes, reroute dots, frames and notes. Not part of the history. */

import { signal } from "@preact/signals-core";

/** @typedef {{ nodes: ReadonlySet<string>, dots: ReadonlySet<string>, frames: ReadonlySet<number>, notes: ReadonlySet<string> }} Selected */

/** @type {Selected} */
export const NOTHING = { nodes: new Set(), dots: new Set(), frames: new Set(), notes: new Set() };

export class Selection {
  now = signal(NOTHING);

  get nodes() {
    return this.now.value.nodes;
  }

  get isEmpty() {
    const { nodes, dots, frames, notes } = this.now.value;
    return !nodes.size && !dots.size && !frames.size && !notes.size;
  }

  /** @param {Partial<{ nodes: Iterable<string>, dots: Iterable<string>, frames: Iterable<number>, notes: Iterable<string> }>} things */
  set({ nodes = [], dots = [], frames = [], notes = [] }) {
    this.now.value = {
      nodes: new Set(nodes),
      dots: new Set(dots),
      frames: new Set(frames),
      notes: new Set(notes),
    };
  }

  /** @param {Iterable<string>} nodes */
  add(nodes) {
    this.now.value = { ...this.now.value, nodes: new Set([...this.now.value.nodes, ...nodes]) };
  }

  /**
   * Select what is not selected, and the other way round.
   * @param {string | number} id @param {"nodes" | "dots" | "frames" | "notes"} [kind]
   */
  toggle(id, kind = "nodes") {
    const things = new Set(/** @type {ReadonlySet<string | number>} */ (this.now.value[kind]));
    if (!things.delete(id)) things.add(id);
    this.now.value = { ...this.now.value, [kind]: things };
  }

  clear() {
    if (!this.isEmpty) this.now.value = NOTHING;
  }

  /**
   * Forget what is no more.
   * @param {import("../model/document.js").Graph} graph
   */
  keepTo(graph) {
    const { nodes, dots, frames, notes } = this.now.value;
    const left = [...nodes].filter((id) => Object.hasOwn(graph.nodes, id));
    const spots = [...dots].filter((id) => graph.view?.dots?.[id] || graph.view?.virtual?.[id]);
    const areas = [...frames].filter((index) => index < (graph.frames?.length ?? 0));
    const known = new Set((graph.view?.notes ?? []).map((/** @type {{ id: string }} */ each) => each.id));
    const texts = [...notes].filter((id) => known.has(id));
    const count = left.length + spots.length + areas.length + texts.length;
    if (count < nodes.size + dots.size + frames.size + notes.size) {
      this.set({ nodes: left, dots: spots, frames: areas, notes: texts });
    }
  }
}
