// @ts-check
/** Jobs that have ended, newest first, as far as they were looked at. */

import { signal } from "@preact/signals-core";
import { partsToAsk, withPart } from "../../state/job-pages.js";
import { ENDED } from "../../state/queue.js";

/** @typedef {import("../../state/queue.js").Job} Job */

export class Past {
  jobs = signal(/** @type {readonly Job[]} */ ([]));
  total = signal(0);
  search = signal("");
  /** @type {import("../../state/job-pages.js").Seen} */
  #seen = { from: 0, to: 0 };
  #asked = 0;
  #isAsking = false;

  /** @param {import("../../app.js").App} app */
  constructor(app) {
    this.app = app;
    this.stop = app.queue.ended.subscribe(() => this.load());
  }

  /** Say what is seen: that is listed, and kept up. @param {import("../../state/job-pages.js").Seen} seen */
  see(seen) {
    this.#seen = seen;
    const known = this.jobs.peek().length;
    if (!this.#isAsking && seen.to > known && known < this.total.peek()) this.load();
  }

  /** @param {string} words */
  find(words) {
    this.search.value = words;
    this.#seen = { from: 0, to: 0 };
    return this.#ask([]);
  }

  /** @param {readonly string[]} ids */
  drop(ids) {
    this.jobs.value = this.jobs.peek().filter((each) => !ids.includes(each.id));
    return this.load();
  }

  load() {
    return this.#ask(this.jobs.peek());
  }

  /** @param {readonly Job[]} known */
  async #ask(known) {
    this.#asked += 1;
    const mine = this.#asked;
    const parts = partsToAsk(known.length, this.#seen);
    const asked = { state: ENDED.join(","), search: this.search.peek() };
    this.#isAsking = true;
    try {
      const answers = await Promise.all(parts.map((part) => this.app.api.get("jobs", { ...asked, ...part })));
      if (mine !== this.#asked) return;
      const [{ total }] = answers;
      this.jobs.value = answers.reduce(
        (jobs, { items }, at) => withPart(jobs, items, parts[at].offset, total),
        known,
      );
      this.total.value = total;
    } catch {
      // the bar says when the server does not answer
    }
    if (mine === this.#asked) this.#isAsking = false;
  }
}
