// @ts-check
/** Runs tabs and follows what becomes of it: queues jobs, and tells nodes, lists and people what events say. */

import { signal } from "@preact/signals-core";
import { Refusal, Unreachable } from "../api/client.js";
import { t } from "../i18n.js";
import { applied, valueAt } from "../model/patches.js";
import { nameAt } from "../model/schema.js";
import { keyFor } from "./identity.js";
import { JobTabs } from "./job-tabs.js";
import { lastRuns } from "./last-runs.js";
import { NodeEvents } from "./node-events.js";
import { warningOf } from "./problems.js";
import { ENDED } from "./queue.js";
import { announce, Refusals } from "./refusals.js";
import { measured } from "./shown.js";
import { UsedValues } from "./used-values.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("./tab.js").Tab} Tab */
/** @typedef {import("../api/socket.js").JobEvent} JobEvent */
/** @typedef {import("../model/patches.js").Patch} Patch */
/** @typedef {import("../model/document.js").WorkflowDocument} WorkflowDocument */
/** @typedef {{ front?: boolean, targets?: readonly string[], count?: number, batch?: Record<string, unknown>, isStrict?: boolean }} How  isStrict: throws what is wrong, instead of showing it */
/** @typedef {{ id: string }[]} Jobs */

const SAY_MS = 2000;
/** Events of jobs that nobody knows yet, while the answer that names them is on its way. */
const MOST_HELD = 2000;
const TRIES = 4;
const TRY_AGAIN_MS = 1500;

export class Running {
  /** How many runs the button queues, on the graph. */
  count = signal(1);
  /** Whether the server is being asked to take a run. */
  isAsking = signal(false);
  /** @type {Promise<unknown>} */
  #last = Promise.resolve();
  #held = /** @type {JobEvent[]} */ ([]);
  #pending = 0;
  #said = 0;
  /** @type {Set<string>} jobs that run some nodes only */
  #partial = new Set();
  /** @type {Map<string, number>} job -> number of the last event that was told again */
  #replayed = new Map();
  /** @type {Map<string, readonly string[]>} closed tab -> its jobs */
  #left = new Map();

  /** @param {App} app @param {Pick<Storage, "getItem" | "setItem">} storage */
  constructor(app, storage) {
    this.app = app;
    this.tabs = new JobTabs(storage);
    this.used = new UsedValues(storage);
    this.refusals = new Refusals(app);
    this.nodes = new NodeEvents({
      runs: app.runs,
      tabOf: (job) => this.tabs.tabOf(job),
      isWhole: (job) => !this.#partial.has(job),
      measure: measured,
    });
  }

  // --- from the person

  /**
   * Queue the active tab. Runs are taken one after the other, so that each has the seed after the last one's.
   * @param {How} [how] @returns {Promise<Jobs>} none when it was refused
   */
  submit(how = {}) {
    const { tab } = this.app;
    const done = this.#last.then(() => this.#submit(tab, how));
    this.#last = done.catch(() => {});
    return done;
  }

  /** @param {Tab} tab @param {How} how @returns {Promise<Jobs>} */
  async #submit(tab, { front = false, targets, count = 1, batch, isStrict = false }) {
    const { document } = tab.store;
    const { controlled, runs } = this.used.next(tab, this.app.schema.peek(), batch ? 1 : count);
    const about = { title: tab.title.peek().slice(0, 200), front, ...(targets && { targets }) };
    const isOne = count === 1 || batch || controlled.every((each) => each.name);
    const sets = runs.map((run) =>
      Object.fromEntries(run.map(({ value }, at) => [controlled[at].name, value])),
    );
    this.#pending += 1;
    this.isAsking.value = true;
    try {
      const jobs = [];
      for (const run of isOne ? runs.slice(0, 1) : runs) {
        const own = isOne && count > 1 && !batch ? { batch: { sets } } : batch ? { batch } : {};
        const body = { document: applied(document, run).root, ...about, ...own };
        const answer = await this.#post(body, tab.identity);
        jobs.push(...answer.jobs);
        if (targets) for (const { id } of answer.jobs) this.#partial.add(id);
        this.#taken(tab, answer);
      }
      this.#writeBack(tab, document, runs.at(-1) ?? []);
      return jobs;
    } catch (problem) {
      if (isStrict || !(problem instanceof Refusal)) throw problem;
      this.refusals.take(tab, document, problem.problems);
      return [];
    } finally {
      this.#pending -= 1;
      this.isAsking.value = this.#pending > 0;
      if (!this.#pending) this.#held = [];
    }
  }

  #sayHeld() {
    const goOn = { label: t("queue.resume"), run: () => this.app.commands.run(this.app, "run.resume") };
    this.app.notices.tell(t("queue.held"), "info", goOn);
  }

  /** The same key makes no second job when an answer was lost. @param {Record<string, unknown>} body @param {string} identity */
  async #post(body, identity) {
    const key = keyFor(identity);
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.app.api.post("jobs", { ...body, key });
      } catch (problem) {
        if (!(problem instanceof Unreachable) || tries === TRIES) throw problem;
        await new Promise((go) => setTimeout(go, TRY_AGAIN_MS));
      }
    }
  }

  /** @param {Tab} tab @param {{ jobs: Jobs, warnings: { node: string, input: string, message: string }[] }} answer */
  #taken(tab, { jobs, warnings }) {
    const ids = jobs.map((each) => each.id);
    this.tabs.remember(tab.id, ids);
    const told = warnings.map((each) => warningOf(each.node, each.message, each.input));
    this.app.problems.tell(tab.id, { run: [], warnings: told });
    this.app.queue.refresh();
    if (this.app.queue.isHeld.peek()) this.#sayHeld();
    const held = this.#held.filter((each) => ids.includes(each.job));
    for (const each of held) this.#tell(each);
  }

  /**
   * Show what the last run uses, where nobody has typed something else meanwhile.
   * @param {Tab} tab @param {WorkflowDocument} before @param {readonly Patch[]} patches
   */
  #writeBack(tab, before, patches) {
    this.used.remember(tab.id, patches);
    const now = tab.store.document;
    const isAsItWas = (/** @type {Patch} */ { path }) => valueAt(now, path) === valueAt(before, path);
    tab.store.adjust(patches.filter((each) => isAsItWas(each) && valueAt(now, each.path) !== each.value));
  }

  // --- from the server

  /** @param {JobEvent} event */
  hear(event) {
    this.app.queue.hear(event);
    if (event.seq <= (this.#replayed.get(event.job) ?? 0)) return;
    if (this.tabs.tabOf(event.job)) this.#tell(event);
    else if (this.#pending && this.#held.length < MOST_HELD) this.#held.push(event);
  }

  /** @param {JobEvent} event */
  #tell(event) {
    const tabId = /** @type {string} */ (this.tabs.tabOf(event.job));
    const path = event.node_id ?? "";
    this.nodes.hear(event);
    const { problems } = this.app;
    if (event.type === "progress") this.#sayStep(tabId, event);
    else if (event.type === "warned") problems.add(tabId, "warnings", warningOf(path, event.message));
    else if (event.type === "node_failed") problems.add(tabId, "run", { ...event.error, node: path });
    else if (event.type === "job_changed") this.#onJob(tabId, event);
    if (ENDED.includes(event.state)) this.#partial.delete(event.job);
  }

  /** @param {string} tabId @param {JobEvent} event */
  #onJob(tabId, { state, error }) {
    if (state === "running") this.app.problems.tell(tabId, { run: [] });
    if (state === "succeeded") this.app.say(t("run.say-done", { title: this.#titleOf(tabId) }));
    if (state !== "failed") return;
    const known = this.app.problems.of(tabId).run;
    if (error && !known.length) this.app.problems.add(tabId, "run", error);
    const problems = this.app.problems.of(tabId).run;
    if (problems.length) announce(this.app, problems);
  }

  /** @param {string} tabId @param {JobEvent} event */
  #sayStep(tabId, { node_id: path, step, steps }) {
    const now = Date.now();
    if (now - this.#said < SAY_MS || tabId !== this.app.workspace.active.peek()?.id) return;
    this.#said = now;
    this.app.voice.sayAside(t("run.say-step", { name: this.nameOf(tabId, path), step, steps }));
  }

  /** @param {string} tabId */
  #titleOf(tabId) {
    return this.#tab(tabId)?.title.peek() || t("run.untitled");
  }

  /** Return what a node is called. @param {string} tabId @param {string} path */
  nameOf(tabId, path) {
    const document = this.#tab(tabId)?.store.document;
    return document ? nameAt(this.app.schema.peek(), document, path) : path;
  }

  /** @param {string} tabId */
  #tab(tabId) {
    return this.app.workspace.tabs.peek().find((each) => each.id === tabId);
  }

  // --- after a reload

  /** Tell again how the last run of each tab went; what goes wrong leaves its nodes untouched. */
  async replay() {
    await Promise.all(this.app.workspace.tabs.peek().map((tab) => this.#replay(tab).catch(() => {})));
  }

  /** @param {Tab} tab */
  async #replay(tab) {
    const runs = await lastRuns(this.app.api, this.tabs, tab);
    for (const { job, events } of runs) {
      for (const each of events) this.#again(tab, each, job === runs.at(-1)?.job);
      this.#replayed.set(job, events.at(-1)?.seq ?? 0);
    }
  }

  /** @param {Tab} tab @param {JobEvent} event @param {boolean} isLast  problems of earlier runs are over */
  #again(tab, event, isLast) {
    this.nodes.hear(event);
    if (!isLast) return;
    if (event.type === "node_failed")
      this.app.problems.add(tab.id, "run", { ...event.error, node: event.node_id });
    else if (event.type === "warned")
      this.app.problems.add(tab.id, "warnings", warningOf(event.node_id, event.message));
    else if (ENDED.includes(event.state) && event.error && !this.app.problems.of(tab.id).run.length)
      this.app.problems.add(tab.id, "run", event.error);
  }

  /** A tab was closed. @param {string} tabId */
  forget(tabId) {
    this.#left.set(tabId, this.tabs.jobsOf(tabId));
    this.refusals.forget(tabId);
    this.tabs.forget(tabId);
    this.used.forget(tabId);
    this.nodes.forget(tabId);
    this.app.runs.drop(tabId);
    this.app.problems.drop(tabId);
  }

  /** A tab was opened again: its last run is there again, and what runs on is followed. @param {Tab} tab */
  async recall(tab) {
    const jobs = this.#left.get(tab.id) ?? [];
    this.#left.delete(tab.id);
    this.tabs.remember(tab.id, jobs);
    await this.#replay(tab);
  }
}
