// @ts-check
/** What a workflow has made so far, as the server tells. */

import { signal } from "@preact/signals-core";
import { formGroups } from "./fields.js";
import { isLike } from "./following.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../state/tab.js").Tab} Tab */
/** @typedef {import("../state/queue.js").Job} Job */
/** @typedef {import("../state/runs.js").Picture} Picture */
/** @typedef {{ job: Job, pictures: Picture[] }} Made */

const MOST = 60;
const PICTURE = /\.(png|jpe?g|webp|gif|avif)$/i;

export class FormHistory {
  /** Newest first. */
  made = signal(/** @type {readonly Made[]} */ ([]));
  isLoaded = signal(false);

  /** @param {App} app @param {Tab} tab */
  constructor(app, tab) {
    this.app = app;
    this.tab = tab;
    this.stop = app.queue.ended.subscribe(() => this.load());
  }

  /** Ask again; what goes wrong leaves what is known. */
  async load() {
    const title = this.tab.title.peek();
    try {
      const answer = await this.app.api.get("jobs", { search: title, state: "succeeded", limit: MOST });
      const jobs = /** @type {Job[]} */ (answer.items).filter((each) => isLike(each, this.tab));
      this.made.value = jobs
        .map((job) => ({ job, pictures: picturesOf(job) }))
        .filter((each) => each.pictures.length);
      this.isLoaded.value = true;
    } catch {
      // the bar says when the server does not answer
    }
  }
}

/** Return the pictures that a job has saved or shown. @param {Job} job @returns {Picture[]} */
export const picturesOf = (job) =>
  job.outputs
    .filter((each) => each.url && PICTURE.test(each.name))
    .map(({ url, kind, name }) => ({ address: relative(url), name, file: { kind, name } }));

/** Addresses of answers begin at the server's root; the page may lie deeper. @param {string} url */
const relative = (url) => url.replace(/^.*?\/(?=api\/v1\/)/, "");

/** @param {Picture} picture @param {number} size pixels */
export const thumbnail = (picture, size) => `${picture.address}?thumbnail=${size}`;

/**
 * Return patches that take the exposed values of an earlier run.
 * @param {App} app @param {Tab} tab @param {Job} job
 */
export async function valuesOf(app, tab, job) {
  const then = await app.api.get(`jobs/${job.id}/document`);
  const schema = app.schema.peek();
  const before = new Map(
    formGroups(then.document ?? then, schema).flatMap(({ fields }) =>
      fields.map((each) => [each.exposed.name, each]),
    ),
  );
  return (tab.store.document.inputs ?? []).flatMap((exposed) => {
    const value = job.values[exposed.name] ?? before.get(exposed.name)?.value;
    if (value === undefined) return [];
    return exposed.targets.map(([node, input]) => ({ path: ["nodes", node, "values", input], value }));
  });
}
