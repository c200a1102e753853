// @ts-check
/** How the last runs of a tab went, as the server keeps it: for nodes after a reload. */

import { isOf } from "./identity.js";

/** @typedef {import("../api/socket.js").JobEvent} JobEvent */
/** @typedef {import("./queue.js").Job} Job */
/** @typedef {import("./tab.js").Tab} Tab */
/** @typedef {{ get: (path: string, query?: any) => Promise<any> }} Api */
/** @typedef {{ job: string, events: readonly JobEvent[] }} Run */

/** A tab's last run is looked for among so many of its jobs, or so many of the server's. */
const LOOKED_AT = 4;
const MOST_ASKED = 20;

/**
 * Return the last run, after the last good one where it was none: what that has shown stays.
 * @param {Api} api @param {import("./job-tabs.js").JobTabs} tabs @param {Tab} tab @returns {Promise<Run[]>} oldest first
 */
export async function lastRuns(api, tabs, tab) {
  /** @type {Run[]} */
  const runs = [];
  for (const job of await lastJobs(api, tabs, tab)) {
    const { items } = await api.get(`jobs/${job}/events`).catch(() => ({ items: [] }));
    const is = (/** @type {string} */ state) =>
      items.some((/** @type {JobEvent} */ each) => each.state === state);
    if (is("running")) runs.unshift({ job, events: items });
    if (is("succeeded")) break;
  }
  return runs;
}

/**
 * Return a tab's jobs, newest first; in a window that has started none, the last one of the same workflow.
 * @param {Api} api @param {import("./job-tabs.js").JobTabs} tabs @param {Tab} tab @returns {Promise<string[]>}
 */
async function lastJobs(api, tabs, tab) {
  const own = tabs.jobsOf(tab.id).slice(-LOOKED_AT).reverse();
  const search = tab.title.peek();
  if (own.length || !search) return own;
  const { items } = await api.get("jobs", { state: "succeeded", search, limit: MOST_ASKED });
  const last = items.find((/** @type {Job} */ each) => each.key && isOf(each, tab));
  if (last) tabs.remember(tab.id, [last.id]);
  return last ? [last.id] : [];
}
