// @ts-check
/** What is wrong, by tab: with the last run, with the document as it is now, and what the server warns of. */

import { signal } from "@preact/signals-core";
import { entryOf } from "../model/maps.js";

/** @typedef {import("../api/client.js").Problem} Problem */
/** @typedef {{ run: readonly Problem[], checks: readonly Problem[], warnings: readonly Problem[] }} Found */

/** @type {Found} */
const NOTHING = { run: [], checks: [], warnings: [] };

/** @param {string | null} node @param {string} message @param {string} [input] @returns {Problem} */
export const warningOf = (node, message, input = "") => ({
  type: "warning",
  message,
  details: {},
  node: node || null,
  input: input || null,
});

export class Problems {
  /** @type {Map<string, import("@preact/signals-core").Signal<Found>>} */
  #tabs = new Map();

  /** @param {string} tabId @returns {Found} */
  of(tabId) {
    return this.#signal(tabId).value;
  }

  /** @param {string} tabId @param {Partial<Found>} news */
  tell(tabId, news) {
    const now = this.#signal(tabId);
    now.value = { ...now.peek(), ...news };
  }

  /** @param {string} tabId @param {"run" | "warnings"} kind @param {Problem} problem */
  add(tabId, kind, problem) {
    const now = this.#signal(tabId).peek();
    if (now[kind].some((each) => each.message === problem.message && each.node === problem.node)) return;
    this.tell(tabId, { [kind]: [...now[kind], problem] });
  }

  /** @param {string} tabId */
  drop(tabId) {
    this.#tabs.delete(tabId);
  }

  /** @param {string} tabId */
  #signal(tabId) {
    return entryOf(this.#tabs, tabId, () => signal(NOTHING));
  }
}
