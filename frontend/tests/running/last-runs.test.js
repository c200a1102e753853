// @ts-check
import { describe, expect, it } from "vitest";
import { JobTabs } from "../../app/state/job-tabs.js";
import { lastRuns } from "../../app/state/last-runs.js";
import { Tab } from "../../app/state/tab.js";

const NOWHERE = /** @type {any} */ ({ getItem: () => null, setItem: () => {} });
const DOCUMENT = { format: "sfumato", version: 1, id: "drawn", title: "Drawn", nodes: {} };

/** @param {Record<string, string[]>} told  job -> the states that its events tell @param {object[]} [listed] */
const server = (told, listed = []) => ({
  get: async (/** @type {string} */ path) =>
    path === "jobs"
      ? { items: listed }
      : { items: (told[path.split("/")[1]] ?? []).map((state) => ({ type: "job_changed", state })) },
});

/** @param {readonly { job: string }[]} runs */
const jobs = (runs) => runs.map((each) => each.job);

describe("the last runs of a tab", () => {
  it("are the last one alone where it was good", async () => {
    const tab = new Tab(DOCUMENT);
    const tabs = new JobTabs(NOWHERE);
    tabs.remember(tab.id, ["a", "b", "waits"]);
    const api = server({ a: ["running", "succeeded"], b: ["running", "succeeded"] });

    expect(jobs(await lastRuns(api, tabs, tab))).toEqual(["b"]);
  });

  it("begin with the last good one where later ones were not", async () => {
    const tab = new Tab(DOCUMENT);
    const tabs = new JobTabs(NOWHERE);
    tabs.remember(tab.id, ["a", "b", "c"]);
    const api = server({
      a: ["running", "succeeded"],
      b: ["running", "succeeded"],
      c: ["running", "cancelled"],
    });

    expect(jobs(await lastRuns(api, tabs, tab))).toEqual(["b", "c"]);
  });

  it("are asked of the server in a window that has started none", async () => {
    const tab = new Tab(DOCUMENT);
    const tabs = new JobTabs(NOWHERE);
    const listed = [
      { id: "other", title: "Drawn", key: "id:other~1" },
      { id: "mine", title: "Drawn before", key: "id:drawn~2" },
    ];
    const api = server({ mine: ["running", "succeeded"], other: ["running", "succeeded"] }, listed);

    expect(jobs(await lastRuns(api, tabs, tab))).toEqual(["mine"]);
    expect(tabs.tabOf("mine")).toBe(tab.id);
  });
});
