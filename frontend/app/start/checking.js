// @ts-check
/** Asks the server what is wrong with the active document while it is edited, and marks it there. */

import { effect } from "@preact/signals-core";
import { Refusal } from "../api/client.js";
import { isSameToRun } from "../model/same-to-run.js";
import { warningOf } from "../state/problems.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../state/tab.js").Tab} Tab */
/** @typedef {import("../api/client.js").Problem} Problem */
/** @typedef {import("../model/document.js").WorkflowDocument} WorkflowDocument */

/** So long after the last edit the server is asked. */
export const PAUSE_MS = 400;
/** What is wrong about a link, not about a value. */
const OF_LINKS = new Set(["type_mismatch", "bad_link", "cycle"]);

/** @param {App} app */
export function start(app) {
  const checking = new Checking(app);
  effect(() => {
    const tab = app.workspace.active.value;
    tab?.version.value;
    app.schema.value;
    if (tab && app.queue.connection.value !== "lost") checking.schedule();
  });
  effect(() => {
    const tab = app.workspace.active.value;
    if (!tab) return;
    const way = tab.way.value;
    app.graph.isThere.value;
    markLinks(app, way, app.problems.of(tab.id).checks);
  });
}

export class Checking {
  /** @type {WeakMap<Tab, { document: WorkflowDocument, schema: unknown }>} what was checked last */
  #checked = new WeakMap();
  #timer = 0;

  /** @param {App} app */
  constructor(app) {
    this.app = app;
  }

  schedule() {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#check(), PAUSE_MS);
  }

  async #check() {
    const { app } = this;
    const tab = app.workspace.active.peek();
    if (!tab) return;
    if (app.gestures && !app.gestures.isIdle) {
      this.schedule();
      return;
    }
    const { document } = tab.store;
    const schema = app.schema.peek();
    const before = this.#checked.get(tab);
    if (before?.schema === schema && isSameToRun(before.document, document)) return;
    this.#checked.set(tab, { document, schema });
    const problems = Object.keys(document.nodes).length ? await this.#ask(document) : [];
    if (!problems) this.#checked.delete(tab);
    // what was asked about an older state says nothing about this one
    else if (this.#checked.get(tab)?.document === document) this.#tell(tab, document, problems);
  }

  /** @param {WorkflowDocument} document @returns {Promise<Problem[] | null>} null when there was no answer */
  async #ask(document) {
    try {
      const { problems, warnings } = await this.app.api.post("validate", { document });
      const told = /** @type {{ node: string, input: string, message: string }[]} */ (warnings);
      const known = new Set(/** @type {Problem[]} */ (problems).map((each) => each.node));
      const more = told.filter((each) => !known.has(each.node));
      return [...problems, ...more.map((each) => warningOf(each.node, each.message, each.input))];
    } catch (problem) {
      if (problem instanceof Refusal && problem.status < 500) return problem.problems;
      return null;
    }
  }

  /** @param {Tab} tab @param {WorkflowDocument} document @param {readonly Problem[]} problems */
  #tell(tab, document, problems) {
    const { runs, running } = this.app;
    running.refusals.outlive(tab, document);
    const before = this.app.problems.of(tab.id).checks;
    this.app.problems.tell(tab.id, { checks: problems });
    for (const node of new Set([...before, ...problems].map((each) => each.node))) {
      if (!node) continue;
      const checks = problems.filter((each) => each.node === node);
      const key = `${tab.id}/${node}`;
      if (JSON.stringify(runs.at(key).checks) !== JSON.stringify(checks)) runs.tell(key, { checks });
    }
  }
}

/** Colour the wrong links of the level that is shown. @param {App} app @param {readonly string[]} way @param {readonly Problem[]} problems */
function markLinks(app, way, problems) {
  const surface = app.canvas?.surface;
  if (!surface) return;
  const prefix = way.map((each) => `${each}:`).join("");
  const wrong = problems
    .filter((each) => OF_LINKS.has(each.type) && each.node?.startsWith(prefix) && each.input)
    .map((each) => `${each.node?.slice(prefix.length)}.${each.input}`);
  if (!wrong.length && !surface.look.wrong.size) return;
  surface.look = { ...surface.look, wrong: new Set(wrong) };
  surface.invalidate("back");
}
