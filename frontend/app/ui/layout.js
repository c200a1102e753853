// @ts-check
/** How the window is divided: is it a phone's, how wide are the docks. Kept in the browser. */

import { signal } from "@preact/signals-core";

/** @typedef {"left" | "right"} Side */

export const LEAST = 220;
export const MOST = 640;
/** @type {Readonly<Record<Side, number>>} */
export const USUAL = { left: 264, right: 304 };
const KEY = "sfumato.layout";

const narrow = matchMedia("(max-width: 699px)");
export const isPhone = signal(narrow.matches);
narrow.addEventListener("change", () => {
  isPhone.value = narrow.matches;
});

/** @param {number} width */
export const bounded = (width) => Math.round(Math.min(MOST, Math.max(LEAST, width)));

export class Layout {
  /** @param {Pick<Storage, "getItem" | "setItem">} storage @param {import("../panels/registry.js").Panels} panels */
  constructor(storage, panels) {
    this.storage = storage;
    this.panels = panels;
    const kept = read(storage);
    this.widths = signal(/** @type {Readonly<Record<Side, number>>} */ ({ ...USUAL, ...kept.widths }));
    if (kept.open && !isPhone.value) panels.open.value = { left: "", right: "", ...kept.open };
  }

  /** @param {Side} side @param {number} width */
  resize(side, width) {
    this.widths.value = { ...this.widths.value, [side]: bounded(width) };
  }

  /** Remember how it is now. */
  keep() {
    const open = isPhone.value ? read(this.storage).open : this.panels.open.value;
    this.storage.setItem(KEY, JSON.stringify({ widths: this.widths.value, open }));
  }
}

/** @param {Pick<Storage, "getItem">} storage @returns {{ widths?: Partial<Record<Side, number>>, open?: Partial<Record<Side, string>> }} */
function read(storage) {
  try {
    return JSON.parse(storage.getItem(KEY) ?? "{}") ?? {};
  } catch {
    return {};
  }
}
