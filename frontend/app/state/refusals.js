// @ts-check
/** What the server would not take: marked on nodes and told, until another state of the document was checked. */

import { t } from "../i18n.js";
import { isSameToRun } from "../model/same-to-run.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("./tab.js").Tab} Tab */
/** @typedef {import("../model/document.js").WorkflowDocument} WorkflowDocument */
/** @typedef {import("../api/client.js").Problem} Problem */

export class Refusals {
  /** @type {Map<string, { problems: readonly Problem[], document: WorkflowDocument }>} tab -> what was refused, and why */
  #known = new Map();

  /** @param {App} app */
  constructor(app) {
    this.app = app;
  }

  /** @param {Tab} tab @param {WorkflowDocument} document  what was refused @param {readonly Problem[]} problems */
  take(tab, document, problems) {
    this.app.runs.begin(tab.id);
    this.app.problems.tell(tab.id, { run: problems });
    this.#known.set(tab.id, { problems, document });
    for (const each of problems) this.#mark(tab, each);
    announce(this.app, problems);
  }

  /** What a tab was refused for is no news once another state of it was checked. @param {Tab} tab @param {WorkflowDocument} checked */
  outlive(tab, checked) {
    const refusal = this.#known.get(tab.id);
    if (!refusal || isSameToRun(refusal.document, checked)) return;
    this.#known.delete(tab.id);
    if (this.app.problems.of(tab.id).run !== refusal.problems) return;
    this.app.problems.tell(tab.id, { run: [] });
    for (const { node } of refusal.problems)
      if (node) this.app.runs.tell(`${tab.id}/${node}`, { state: "", details: "", problems: [] });
  }

  /** @param {string} tabId */
  forget(tabId) {
    this.#known.delete(tabId);
  }

  /** @param {Tab} tab @param {Problem} problem */
  #mark(tab, problem) {
    if (!problem.node) return;
    const key = `${tab.id}/${problem.node}`;
    const { problems } = this.app.runs.at(key);
    this.app.runs.tell(key, { state: "bad", details: problem.message, problems: [...problems, problem] });
  }
}

/** Tell what is wrong, the first of it in words. @param {App} app @param {readonly Problem[]} problems */
export function announce(app, problems) {
  const [first] = problems;
  const more = problems.length > 1 ? `\n${t("run.more-problems", { count: problems.length - 1 })}` : "";
  const show = {
    label: t("run.show"),
    run: () => app.commands.run(app, "run.show-problem", first),
  };
  app.notices.tell(first.message + more, "bad", first.node ? show : undefined);
}
