// @ts-check
/** What a workflow has made so far, as the server tells. */

import { computed, signal } from "@preact/signals-core";
import { withValues } from "../model/given-values.js";
import { picturesOf } from "../pictures/of-jobs.js";
import { isOf } from "../state/identity.js";
import { formGroups } from "./fields.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../state/tab.js").Tab} Tab */
/** @typedef {import("../state/queue.js").Job} Job */
/** @typedef {import("../state/runs.js").Picture} Picture */
/** @typedef {{ job: Job, pictures: Picture[] }} Made */

const MOST = 60;

export class FormHistory {
  jobs = signal(/** @type {readonly Job[]} */ ([]));
  /** Newest first. */
  made = computed(() =>
    this.jobs.value
      .map((job) => /** @type {Made} */ ({ job, pictures: picturesOf(this.app, job) }))
      .filter((each) => each.pictures.length),
  );

  /** A later question, as after another run, counts alone. */
  #asked = 0;

  /** @param {App} app @param {Tab} tab */
  constructor(app, tab) {
    this.app = app;
    this.tab = tab;
    this.stop = app.queue.ended.subscribe(() => this.load());
  }

  /** Ask again; what goes wrong leaves what is known. */
  async load() {
    const { api } = this.app;
    this.#asked += 1;
    const mine = this.#asked;
    const ask = { state: "succeeded", limit: MOST };
    try {
      // older ones by the words of the title; newer ones whatever it was called then
      const [named, latest] = await Promise.all([
        api.get("jobs", { ...ask, search: this.tab.title.peek() }),
        api.get("jobs", ask),
      ]);
      if (mine !== this.#asked) return;
      const jobs = new Map(
        [...latest.items, ...named.items].map((/** @type {Job} */ each) => [each.id, each]),
      );
      this.jobs.value = [...jobs.values()]
        .filter((each) => isOf(each, this.tab))
        .sort((a, b) => b.created - a.created);
    } catch {
      // the bar says when the server does not answer
    }
  }
}

/**
 * Take the exposed values of an earlier run; returns what takes that back, as long as nothing came after it.
 * @param {App} app @param {Tab} tab @param {Job} job @returns {Promise<(() => unknown) | undefined>}
 */
export async function takeValues(app, tab, job) {
  const { store } = tab;
  const patches = await valuesOf(app, tab, job);
  store.commit("edit.take-values", patches);
  const taken = patches.length ? store.history.done.at(-1) : undefined;
  return taken && (() => store.history.done.at(-1) === taken && store.undo());
}

/**
 * Return patches that take the exposed values of an earlier run.
 * @param {App} app @param {Tab} tab @param {Job} job
 */
async function valuesOf(app, tab, job) {
  const then = await app.api.get(`jobs/${job.id}/document`);
  const schema = app.schema.peek();
  const fields = formGroups(withValues(then, job.values ?? {}), schema).flatMap((each) => each.fields);
  const before = new Map(fields.map(({ exposed, value }) => [exposed.name, value]));
  return (tab.store.document.inputs ?? []).flatMap((exposed) => {
    const value = before.get(exposed.name);
    if (value === undefined) return [];
    return exposed.targets.map(([node, input]) => ({ path: ["nodes", node, "values", input], value }));
  });
}
