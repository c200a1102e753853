// @ts-check
/** What the server tells of nodes, told on to the nodes of the tab that a job belongs to. It reads no document. */

import { t } from "../i18n.js";
import { entryOf } from "../model/maps.js";
import { picturesIn, textsIn } from "./shown.js";

/** @typedef {import("../api/socket.js").JobEvent} JobEvent */
/** @typedef {import("../api/socket.js").PreviewHeader} PreviewHeader */
/** @typedef {import("./runs.js").NodeRun} NodeRun */
/** @typedef {import("./runs.js").Picture} Picture */
/**
 * @typedef {{
 *   runs: import("./runs.js").Runs,
 *   tabOf: (job: string) => string | undefined,
 *   measure: (picture: Picture) => Promise<Picture>,
 *   isWhole?: (job: string) => boolean,
 *   onFrame?: (work: () => void) => unknown,
 * }} Parts  measure: gives a picture its size; isWhole: whether a job runs all that shows or saves
 */

/** Of a node that does not run. */
const STILL = { step: 0, steps: 0, badge: "", details: "" };

export class NodeEvents {
  /** @type {Map<string, Set<string>>} job -> keys of the nodes that run */
  #running = new Map();
  /** @type {Map<string, Set<string>>} job -> keys of the subgraphs that it is in */
  #around = new Map();
  /** @type {Map<string, readonly string[]>} job -> keys of nodes that had a result when it began */
  #before = new Map();
  /** @type {Map<string, { header: PreviewHeader, picture: Blob }>} the newest of each node */
  #previews = new Map();
  /** @type {Map<string, string>} node -> job that has shown a preview there last */
  #previewed = new Map();
  /** @type {Map<string, number>} how often a node has shown something; only the newest is told */
  #shown = new Map();
  /** @type {Map<string, number>} */
  #seconds = new Map();

  /** @param {Parts} parts */
  constructor({
    runs,
    tabOf,
    measure,
    isWhole = () => true,
    onFrame = (work) => requestAnimationFrame(work),
  }) {
    this.runs = runs;
    this.tabOf = tabOf;
    this.measure = measure;
    this.isWhole = isWhole;
    this.onFrame = onFrame;
  }

  /** @param {JobEvent} event @returns {string} the key of the node that it is about, "" when it concerns none */
  hear(event) {
    const tab = this.tabOf(event.job);
    if (!tab) return "";
    if (event.type === "job_changed" || event.type === "job_deleted") this.#onJob(tab, event);
    if (typeof event.node_id !== "string") return "";
    const key = `${tab}/${event.node_id}`;
    const isAdded = event.real_id !== undefined && event.real_id !== event.node_id;
    if (event.type === "node_started") this.#onStarted(event.job, key);
    else if (event.type === "progress") this.#onProgress(event.job, key, event);
    else if (event.type === "node_failed") this.#onFailed(event.job, key, event);
    else if (event.type === "node_finished" || event.type === "node_reused") {
      if (!isAdded) this.#onDone(event.job, key, event);
      this.#show(key, event.ui);
    }
    return key;
  }

  /** Show what a node has so far; of several within one frame, the newest. @param {PreviewHeader} header @param {Blob} picture */
  preview(header, picture) {
    const tab = this.tabOf(header.job);
    if (!tab) return;
    if (!this.#previews.size) this.onFrame(() => this.#flush());
    const key = `${tab}/${header.node_id}`;
    this.#previews.set(key, { header, picture });
    this.#previewed.set(key, header.job);
  }

  #flush() {
    for (const [key, { header, picture }] of this.#previews) {
      const { width, height } = header;
      const preview = { address: URL.createObjectURL(picture), name: t("run.preview"), width, height };
      this.runs.tell(key, { preview });
    }
    this.#previews.clear();
  }

  /** A tab is closed. @param {string} tabId */
  forget(tabId) {
    for (const each of [this.#previews, this.#previewed, this.#shown, this.#seconds])
      for (const key of each.keys()) if (key.startsWith(`${tabId}/`)) each.delete(key);
  }

  /** @param {string} tab @param {JobEvent} event */
  #onJob(tab, event) {
    if (event.state === "running") this.#before.set(event.job, this.runs.begin(tab));
    else for (const each of [this.#running, this.#around]) this.#rest(each.get(event.job));
    this.#running.delete(event.job);
    this.#around.delete(event.job);
    if (event.state === "succeeded" && this.isWhole(event.job)) this.#keepUnasked(event.job);
    if (event.state !== "running") this.#before.delete(event.job);
  }

  /** Of nodes above a stored result nothing is told: theirs still hold. @param {string} job */
  #keepUnasked(job) {
    for (const key of this.#before.get(job) ?? [])
      if (!this.runs.at(key).state)
        this.runs.tell(key, { ...STILL, state: "cached", details: this.#cachedText(key) });
  }

  /** @param {string} key */
  #cachedText(key) {
    const seconds = this.#seconds.get(key);
    const took = seconds === undefined ? "" : t("run.took", { time: timeText(seconds) });
    return [t("run.cached"), took].filter(Boolean).join(". ");
  }

  /** Nodes do not run any more, and have not told how they ended. @param {ReadonlySet<string>} [keys] */
  #rest(keys) {
    for (const key of keys ?? [])
      if (this.runs.at(key).state === "running") this.runs.tell(key, { ...STILL, state: "" });
  }

  /** @param {string} job @param {string} key */
  #onStarted(job, key) {
    this.#leave(job, key);
    for (const each of this.#enter(job, key))
      this.runs.tell(each, { ...STILL, state: "running", details: t("run.running"), problems: [] });
  }

  /** Subgraphs are done when another node begins outside of them. @param {string} job @param {string} key */
  #leave(job, key) {
    const around = this.#around.get(job);
    for (const outer of around ?? []) {
      if (key.startsWith(`${outer}:`)) continue;
      around?.delete(outer);
      if (this.runs.at(outer).state === "running")
        this.runs.tell(outer, { ...STILL, state: "done", details: t("run.done") });
    }
  }

  /** @param {string} job @param {string} key @returns {string[]} of the node and of subgraphs around it */
  #enter(job, key) {
    const outer = around(key);
    entryOf(this.#running, job, () => new Set()).add(key);
    for (const each of outer) entryOf(this.#around, job, () => new Set()).add(each);
    return [...outer, key];
  }

  /** @param {string} job @param {string} key @param {JobEvent} event */
  #onProgress(job, key, { step, steps }) {
    const details = t("run.step", { step, steps });
    const badge = `${step}/${steps}`;
    for (const each of this.#enter(job, key))
      this.runs.tell(each, { state: "running", step, steps, badge, details });
  }

  /** @param {string} job @param {string} key @param {JobEvent} event */
  #onDone(job, key, event) {
    const isReused = event.type === "node_reused";
    if (!isReused) this.#seconds.set(key, event.seconds);
    this.runs.tell(key, {
      ...STILL,
      state: isReused ? "cached" : "done",
      badge: isReused || event.seconds < 0.05 ? "" : timeText(event.seconds),
      details: isReused ? this.#cachedText(key) : t("run.took", { time: timeText(event.seconds) }),
    });
    this.#running.get(job)?.delete(key);
    const isStale = !isReused && this.#previewed.get(key) !== job;
    if (isStale && this.runs.at(key).preview) this.runs.tell(key, { preview: null });
  }

  /** @param {string} job @param {string} key @param {JobEvent} event */
  #onFailed(job, key, event) {
    for (const each of [...around(key), key]) {
      this.#running.get(job)?.delete(each);
      const news = { ...STILL, details: event.error.message, problems: [event.error] };
      this.runs.tell(each, { ...news, state: "bad" });
    }
  }

  /** @param {string} key @param {Record<string, readonly any[]> | null | undefined} ui */
  #show(key, ui) {
    const texts = textsIn(ui);
    const pictures = picturesIn(ui);
    const time = (this.#shown.get(key) ?? 0) + 1;
    this.#shown.set(key, time);
    if (texts.length || this.runs.at(key).texts.length) this.runs.tell(key, { texts });
    if (!pictures.length) {
      if (this.runs.at(key).pictures.length) this.runs.tell(key, { pictures });
      return;
    }
    Promise.all(pictures.map(this.measure)).then((sized) => {
      if (this.#shown.get(key) !== time) return;
      this.runs.tell(key, { pictures: sized, preview: null });
    });
  }
}

/** Return the keys of the subgraphs around a node, outermost first. @param {string} key @returns {string[]} */
function around(key) {
  const start = key.indexOf("/") + 1;
  const parts = key.slice(start).split(":");
  return parts.slice(0, -1).map((_, index) => key.slice(0, start) + parts.slice(0, index + 1).join(":"));
}

/** @param {number} seconds */
export function timeText(seconds) {
  if (seconds < 10) return t("run.seconds", { seconds: seconds.toFixed(1) });
  if (seconds < 60) return t("run.seconds", { seconds: Math.round(seconds) });
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const two = (/** @type {number} */ value) => String(value).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
