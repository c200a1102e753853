// @ts-check
/** Which values the last run of a tab has used, so that the next one changes them. Kept over a reload. */

import { controlledValues, nextValue } from "../model/controls.js";
import { keep, recalled } from "./kept.js";

/** @typedef {import("../model/patches.js").Patch} Patch */
/** @typedef {import("../model/controls.js").Controlled} Controlled */
/** @typedef {import("./kept.js").Kept} Kept */

const KEY = "sfumato.used";

export class UsedValues {
  /** @type {Record<string, Record<string, string>>} tab -> path -> value */
  #used;

  /** @param {Kept} storage */
  constructor(storage) {
    this.storage = storage;
    this.#used = recalled(storage, KEY, {});
  }

  /**
   * Return what each of the next runs of a tab sets.
   * @param {import("./tab.js").Tab} tab @param {import("../model/schema.js").Schema} schema @param {number} count
   * @param {import("../model/controls.js").Draw} [draw]
   * @returns {{ controlled: Controlled[], runs: Patch[][] }}
   */
  next(tab, schema, count, draw) {
    const used = this.#used[tab.id] ?? {};
    const controlled = controlledValues(tab.store.document, schema);
    const now = controlled.map((each) => ({
      ...each,
      isUsed: used[each.path.join("/")] === String(each.value),
    }));
    const runs = Array.from({ length: count }, () =>
      now.map((each) => {
        if (each.isUsed) each.value = nextValue(each.value, each.control, each.widget, draw);
        each.isUsed = true;
        return { path: each.path, value: each.value };
      }),
    );
    return { controlled, runs };
  }

  /** @param {string} tabId @param {readonly Patch[]} patches  what the last run set */
  remember(tabId, patches) {
    const values = patches.map(({ path, value }) => [path.join("/"), String(value)]);
    this.#used[tabId] = { ...this.#used[tabId], ...Object.fromEntries(values) };
    this.#keep();
  }

  /** @param {string} tabId */
  forget(tabId) {
    delete this.#used[tabId];
    this.#keep();
  }

  #keep() {
    keep(this.storage, KEY, this.#used);
  }
}
