// @ts-check
/** Jobs that have ended, newest first, a page at a time. */

import { signal } from "@preact/signals-core";
import { ENDED } from "../../state/queue.js";

/** @typedef {import("../../state/queue.js").Job} Job */

const PAGE = 40;

export class Past {
  jobs = signal(/** @type {readonly Job[]} */ ([]));
  total = signal(0);
  search = signal("");
  #asked = 0;

  /** @param {import("../../app.js").App} app */
  constructor(app) {
    this.app = app;
    this.stop = app.queue.ended.subscribe(() => this.load());
  }

  /** Ask for the first pages again, as many as are shown. */
  load() {
    return this.#ask(Math.min(500, Math.max(PAGE, this.jobs.peek().length)));
  }

  more() {
    return this.#ask(Math.min(500, this.jobs.peek().length + PAGE));
  }

  /** @param {string} words */
  find(words) {
    this.search.value = words;
    return this.#ask(PAGE);
  }

  /** @param {number} limit */
  async #ask(limit) {
    this.#asked += 1;
    const mine = this.#asked;
    try {
      const search = this.search.peek();
      const { items, total } = await this.app.api.get("jobs", { state: ENDED.join(","), limit, search });
      if (mine !== this.#asked) return;
      this.jobs.value = items;
      this.total.value = total;
    } catch {
      // the bar says when the server does not answer
    }
  }
}
