// @ts-check
/** Short messages at the edge of the window, and what screen readers are told. */

import { signal } from "@preact/signals-core";
import { Refusal, Unreachable } from "../api/client.js";
import { t } from "../i18n.js";

/**
 * @typedef {{ id: number, kind: "info" | "good" | "bad", text: string, action?: { label: string, run: () => unknown } }} Notice
 */

const STAYS_MS = 6000;

export class Notices {
  all = signal(/** @type {readonly Notice[]} */ ([]));
  #count = 0;

  /** @param {string} text @param {Notice["kind"]} [kind] @param {Notice["action"]} [action] */
  tell(text, kind = "info", action) {
    this.#count += 1;
    const id = this.#count;
    this.all.value = [
      ...this.all.value.filter((each) => each.text !== text),
      { id, kind, text, action },
    ].slice(-4);
    if (kind !== "bad") setTimeout(() => this.dismiss(id), STAYS_MS);
    return id;
  }

  /** Say what went wrong. @param {unknown} problem */
  problem(problem) {
    if (problem instanceof Refusal)
      return this.tell(problem.problems.map((each) => each.message).join("\n"), "bad");
    if (problem instanceof Unreachable) return this.tell(t("notice.unreachable"), "bad");
    console.error(problem);
    return this.tell(String(problem instanceof Error ? problem.message : problem), "bad");
  }

  /** @param {number} id */
  dismiss(id) {
    this.all.value = this.all.value.filter((each) => each.id !== id);
  }
}
