// @ts-check
/** Which tab a job was started in. Kept over a reload, so that what runs on finds its nodes again. */

import { keep, recalled } from "./kept.js";

/** @typedef {import("./kept.js").Kept} Kept */

const KEY = "sfumato.jobs";
/** Jobs that are remembered; older ones no longer tell anything. */
const MOST = 1000;

export class JobTabs {
  /** @type {Map<string, string>} job -> tab, oldest first */
  #tabs;

  /** @param {Kept} storage */
  constructor(storage) {
    this.storage = storage;
    this.#tabs = new Map(recalled(storage, KEY, /** @type {[string, string][]} */ ([])));
  }

  /** @param {string} tabId @param {readonly string[]} jobs */
  remember(tabId, jobs) {
    for (const each of jobs) this.#tabs.set(each, tabId);
    const old = [...this.#tabs.keys()].slice(0, Math.max(0, this.#tabs.size - MOST));
    for (const each of old) this.#tabs.delete(each);
    this.#keep();
  }

  /** @param {string} job @returns {string | undefined} */
  tabOf(job) {
    return this.#tabs.get(job);
  }

  /** @param {string} tabId @returns {string[]} oldest first */
  jobsOf(tabId) {
    return [...this.#tabs].filter(([, tab]) => tab === tabId).map(([job]) => job);
  }

  /** @param {string} tabId */
  forget(tabId) {
    for (const each of this.jobsOf(tabId)) this.#tabs.delete(each);
    this.#keep();
  }

  #keep() {
    keep(this.storage, KEY, [...this.#tabs]);
  }
}
