// @ts-check
/** What one tab's workflow is doing, for its form: told by the nodes, so that no progress walks the graph. */

import { computed, signal } from "@preact/signals-core";
import { specOf } from "../model/schema.js";
import { isOf } from "../state/identity.js";
import { UNTOUCHED as NOTHING } from "../state/runs.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../state/tab.js").Tab} Tab */
/** @typedef {import("../state/runs.js").Picture} Picture */
/** @typedef {import("../state/runs.js").NodeRun} NodeRun */
/** @typedef {{ name: string, step: number, steps: number, preview: Picture | null }} Working */

export class Following {
  /** What runs now. */
  working = signal(/** @type {Working | null} */ (null));
  /** What the last run has shown so far. */
  pictures = signal(/** @type {readonly Picture[]} */ ([]));
  texts = signal(/** @type {readonly string[]} */ ([]));
  /** @type {Map<string, Pick<NodeRun, "pictures" | "texts">>} the same, by node */
  #shown = new Map();

  /** @param {App} app @param {Tab} tab */
  constructor(app, tab) {
    this.app = app;
    this.tab = tab;
    this.jobs = computed(() => app.queue.jobs.value.filter((each) => this.#isOwn(each)));
    this.isBusy = computed(() => this.jobs.value.length > 0);
    this.failed = computed(() => {
      const last = app.queue.ended.value.find((each) => this.#isOwn(each));
      return last?.state === "failed" ? last : null;
    });
    for (const [key, run] of app.runs.inTab(tab.id)) this.#show(key, run);
    const stops = [
      app.runs.watch((key, run) => this.#hear(key, run)),
      this.isBusy.subscribe((isBusy) => {
        if (!isBusy) this.working.value = null;
      }),
    ];
    this.stop = () => {
      for (const each of stops) each();
    };
  }

  /** @param {import("../state/queue.js").Job} job */
  #isOwn(job) {
    const tab = this.app.running.tabs.tabOf(job.id);
    return tab ? tab === this.tab.id : isOf(job, this.tab);
  }

  /** @param {string} key @param {NodeRun} run */
  #hear(key, run) {
    const prefix = `${this.tab.id}/`;
    if (!key.startsWith(prefix)) return;
    this.#show(key, run);
    if (run.state !== "running") return;
    const preview = run.preview ?? this.working.peek()?.preview ?? null;
    this.working.value = {
      name: this.#nameOf(key.slice(prefix.length)),
      step: run.step,
      steps: run.steps,
      preview,
    };
  }

  /** @param {string} key @param {NodeRun} run */
  #show(key, { pictures, texts }) {
    const before = this.#shown.get(key) ?? NOTHING;
    if (pictures === before.pictures && texts === before.texts) return;
    this.#shown.set(key, { pictures, texts });
    const all = [...this.#shown.values()];
    if (pictures !== before.pictures) this.pictures.value = all.flatMap((each) => each.pictures);
    if (texts !== before.texts) this.texts.value = all.flatMap((each) => each.texts);
  }

  /** @param {string} path  ids of instances and of the node */
  #nameOf(path) {
    const { document } = this.tab.store;
    const node = document.nodes[path.split(":")[0]];
    return node ? node.title || specOf(this.app.schema.peek(), document, node).title : "";
  }
}
