// @ts-check
/** Panels at the sides: what there is, what is open. A panel's module is loaded when it opens first. */

import { computed, signal } from "@preact/signals-core";

/**
 * @typedef {{
 *   id: string, side: "left" | "right", icon: string, title?: string,
 *   load: import("../ui/parts.js").LoadPart,
 *   badge?: (app: import("../app.js").App) => string,
 * }} Panel  its title is `panel.ID` of the locale, or `title` for panels of packs; icon: a name of `ui/icons.js`
 */

export class Panels {
  all = signal(/** @type {readonly Panel[]} */ ([]));
  open = signal(/** @type {Readonly<{ left: string, right: string }>} */ ({ left: "", right: "" }));
  /** All are hidden while one works on the graph alone. */
  areHidden = signal(false);
  left = computed(() => this.#shown("left"));
  right = computed(() => this.#shown("right"));

  /** @param {readonly Panel[]} panels */
  add(panels) {
    for (const { id } of panels)
      if (this.all.peek().some((each) => each.id === id)) throw new Error(`There are two panels "${id}".`);
    this.all.value = [...this.all.value, ...panels];
  }

  /** @param {string} id */
  remove(id) {
    this.all.value = this.all.value.filter((each) => each.id !== id);
  }

  /** @param {string} id */
  toggle(id) {
    const panel = this.all.value.find((each) => each.id === id);
    if (!panel) return;
    const isOpen = this.open.value[panel.side] === id && !this.areHidden.value;
    this.areHidden.value = false;
    this.open.value = { ...this.open.value, [panel.side]: isOpen ? "" : id };
  }

  /** @param {string} id */
  show(id) {
    const panel = this.all.value.find((each) => each.id === id);
    if (panel) this.open.value = { ...this.open.value, [panel.side]: id };
    this.areHidden.value = false;
  }

  /** @param {"left" | "right"} side */
  #shown(side) {
    if (this.areHidden.value) return null;
    return this.all.value.find((each) => each.id === this.open.value[side]) ?? null;
  }
}
