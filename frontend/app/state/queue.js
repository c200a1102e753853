// @ts-check
/** Jobs as the server tells of them: kept up by events, asked for where an event does not say enough. */

import { computed, signal } from "@preact/signals-core";
import { partsToAsk, withPart } from "./job-pages.js";

/** @typedef {import("../api/socket.js").JobEvent} JobEvent */
/**
 * @typedef {{
 *   id: string, state: "queued" | "running" | "paused" | "succeeded" | "failed" | "cancelled",
 *   title: string, prompt?: string, seed?: string, created: number, started: number | null, ended: number | null, batch: string | null,
 *   error: any, outputs: any[], [more: string]: any,
 * }} Job
 */
/** @typedef {{ job: string, node: string, step: number, steps: number }} Working */

export const ENDED = /** @type {readonly string[]} */ (["succeeded", "failed", "cancelled"]);
/** Jobs that rest and are listed. */
const MOST_PAUSED = 100;
/** The server is asked no more often than this. */
const PAUSE_MS = 300;
/** After it has refused. */
const AGAIN_MS = 3000;
/** Ended jobs that are asked for one by one; more are asked for as a list. */
const FEW = 6;
const MOST_ENDED = 200;

export class Queue {
  /** @type {import("@preact/signals-core").Signal<readonly Job[]>} unfinished ones, in the order in which they will run */
  jobs = signal(/** @type {readonly Job[]} */ ([]));
  /** Jobs that ended while the page was open, newest first. */
  ended = signal(/** @type {readonly Job[]} */ ([]));
  /** How many wait, those that are not listed too. */
  waiting = signal(0);
  running = computed(() => this.jobs.value.filter((each) => each.state === "running"));
  paused = computed(() => this.jobs.value.filter((each) => each.state === "paused"));
  /** The server begins none of what waits, nor of what will be queued. */
  isHeld = signal(false);
  /** Nothing goes on by itself. */
  isPaused = computed(
    () =>
      !this.running.value.length &&
      (this.isHeld.value || (this.paused.value.length > 0 && !this.waiting.value)),
  );
  /** What is left to do, as one number. */
  left = computed(() => this.waiting.value + this.running.value.length);
  /** How far the node is that was heard of last. */
  working = signal(/** @type {Working | null} */ (null));
  /** "open", "lost" while it tries to come back, "" before the first connection. */
  connection = signal(/** @type {"" | "open" | "lost"} */ (""));
  #api = /** @type {import("../api/client.js").Client | null} */ (null);
  /** What is seen of the waiting ones. @type {import("./job-pages.js").Seen} */
  #seen = { from: 0, to: 0 };
  #isAsking = false;
  #isStale = false;
  #timer = 0;
  #again = 0;
  /** @type {Set<string>} ids of jobs that have ended and are to be asked for */
  #over = new Set();
  /** @type {Set<string>} ids of jobs that have begun since the server was asked: its answer may be older */
  #begun = new Set();

  /** Ask a server from now on. @param {import("../api/client.js").Client} api */
  follow(api) {
    this.#api = api;
  }

  /** Say what is seen of the waiting jobs: that is listed, and kept up. @param {import("./job-pages.js").Seen} seen */
  see(seen) {
    this.#seen = seen;
    const known = this.#queued().length;
    if (seen.to > known && known < this.waiting.peek()) this.refresh();
  }

  #queued() {
    return this.jobs.peek().filter((each) => each.state === "queued");
  }

  /** Show another order at once; the server is told by whoever wants it. @param {readonly Job[]} queued */
  reorder(queued) {
    this.jobs.value = [...this.jobs.value.filter((each) => each.state !== "queued"), ...queued];
  }

  /** @param {JobEvent} event */
  hear(event) {
    if (event.type === "progress")
      this.working.value = { job: event.job, node: event.node_id, step: event.step, steps: event.steps };
    else if (event.type === "job_changed") this.#onChanged(event);
    else if (event.type === "queue_changed") this.isHeld.value = event.is_paused;
    else if (event.type === "job_deleted") {
      this.ended.value = this.ended.value.filter((each) => each.id !== event.job);
      this.#drop(event.job);
    }
  }

  /** Ask again, soon. */
  refresh() {
    this.#isStale = true;
    if (!this.#timer && !this.#isAsking) this.#timer = window.setTimeout(() => this.#ask(), 20);
  }

  /** @param {JobEvent} event */
  #onChanged({ job: id, state, why }) {
    if (this.working.value?.job === id) this.working.value = null;
    if (state === "running") this.#begun.add(id);
    else this.#begun.delete(id);
    if (ENDED.includes(state)) {
      this.#drop(id);
      this.#over.add(id);
      this.refresh();
      return;
    }
    const known = this.jobs.value.find((each) => each.id === id);
    if (known?.state === "queued" && state === "running") this.#start(known);
    else if (!known || known.state !== state || why) this.refresh();
  }

  /** @param {Job} job */
  #start(job) {
    const started = { ...job, state: /** @type {const} */ ("running"), started: Date.now() / 1000 };
    const others = this.jobs.value.filter((each) => each.id !== job.id);
    const at = others.findIndex((each) => each.state !== "running");
    this.jobs.value = others.toSpliced(at < 0 ? others.length : at, 0, started);
    this.waiting.value = Math.max(0, this.waiting.value - 1);
  }

  /** @param {string} id */
  #drop(id) {
    const known = this.jobs.value.find((each) => each.id === id);
    if (!known) return;
    this.jobs.value = this.jobs.value.filter((each) => each !== known);
    if (known.state === "queued") this.waiting.value = Math.max(0, this.waiting.value - 1);
  }

  async #ask() {
    this.#timer = 0;
    if (!this.#api) return;
    this.#isAsking = true;
    this.#isStale = false;
    const over = [...this.#over];
    this.#over.clear();
    clearTimeout(this.#again);
    try {
      await Promise.all([this.#list(), over.length && this.#collect(over)]);
    } catch {
      for (const each of over) this.#over.add(each);
      // one who has lost the server asks when it is back
      if (this.connection.peek() === "open") this.#again = window.setTimeout(() => this.refresh(), AGAIN_MS);
    }
    this.#isAsking = false;
    this.#timer = window.setTimeout(() => this.#rested(), PAUSE_MS);
  }

  #rested() {
    this.#timer = 0;
    if (this.#isStale) this.#ask();
  }

  async #list() {
    const api = /** @type {import("../api/client.js").Client} */ (this.#api);
    this.#begun.clear();
    const parts = partsToAsk(this.#queued().length, this.#seen);
    const [paused, ...answers] = await Promise.all([
      api.get("jobs", { state: "paused", limit: MOST_PAUSED, order: "up" }),
      ...parts.map((part) => api.get("queue", part)),
    ]);
    const [{ running, total, is_paused: isHeld }] = answers;
    const queued = answers.reduce(
      (jobs, { queued }, at) => withPart(jobs, queued, parts[at].offset, total),
      this.#queued().filter((each) => !running.some((/** @type {Job} */ { id }) => id === each.id)),
    );
    this.jobs.value = [...running, ...paused.items, ...queued];
    this.waiting.value = total;
    for (const each of this.#queued()) if (this.#begun.has(each.id)) this.#start(each);
    this.isHeld.value = isHeld;
    const { working } = this;
    if (working.value && !this.jobs.value.some((each) => each.id === working.value?.job))
      working.value = null;
  }

  /** @param {readonly string[]} ids */
  async #collect(ids) {
    const api = /** @type {import("../api/client.js").Client} */ (this.#api);
    const found =
      ids.length > FEW
        ? (await api.get("jobs", { state: ENDED.join(","), limit: MOST_ENDED })).items
        : await Promise.all(ids.map((id) => api.get(`jobs/${id}`).catch(() => null)));
    const wanted = new Set(ids);
    const fresh = /** @type {Job[]} */ (found).filter((each) => each && wanted.has(each.id) && each.ended);
    const ended = [...fresh, ...this.ended.value.filter((each) => !wanted.has(each.id))];
    this.ended.value = ended.toSorted((a, b) => (b.ended ?? 0) - (a.ended ?? 0)).slice(0, MOST_ENDED);
  }
}
