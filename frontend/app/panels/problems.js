// @ts-check
/** What is wrong with the active document and with its last run; a click goes there. */

import { html } from "htm/preact";
import { t } from "../i18n.js";
import { isWrong } from "../state/runs.js";
import { icon } from "../ui/icons.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../api/client.js").Problem} Problem */
/** @typedef {"bad" | "warn" | "todo"} Weight */

/** @param {{ app: App }} props */
export default function ProblemsPanel({ app }) {
  const tab = app.workspace.active.value;
  if (!tab) return null;
  const { run, checks: all, warnings } = app.problems.of(tab.id);
  const known = new Set(run.map((each) => each.message));
  const checks = all.filter((each) => !known.has(each.message));
  if (!run.length && !checks.length && !warnings.length)
    return html`<div class="panel-empty">${icon("good")}<p>${t("problems.none")}</p></div>`;
  return html`<div class="problems">
    <${Section} app=${app} title=${t("problems.run")} problems=${run} />
    <${Section} app=${app} title=${t("problems.checks")} problems=${checks} />
    <${Section} app=${app} title=${t("problems.warnings")} problems=${warnings} />
  </div>`;
}

/** @param {{ app: App, title: string, problems: readonly Problem[] }} props */
function Section({ app, title, problems }) {
  if (!problems.length) return null;
  const sorted = problems.toSorted((a, b) => ORDER.indexOf(weightOf(a)) - ORDER.indexOf(weightOf(b)));
  return html`<section class="problems-section" aria-label=${title}>
    <h3 class="panel-heading">${title}<span class="panel-count">${problems.length}</span></h3>
    <ul>${sorted.map((each, index) => html`<${Row} key=${index} app=${app} problem=${each} />`)}</ul>
  </section>`;
}

const ORDER = /** @type {readonly Weight[]} */ (["bad", "warn", "todo"]);

/** @param {Problem} problem @returns {Weight} */
function weightOf(problem) {
  if (problem.type === "warning") return "warn";
  return isWrong(problem) ? "bad" : "todo";
}

const PICTURES = { bad: "error", warn: "warning", todo: "info" };

/** @param {{ app: App, problem: Problem }} props */
function Row({ app, problem }) {
  const { node, input, message } = problem;
  const weight = weightOf(problem);
  const tabId = app.workspace.active.value?.id ?? "";
  const where = node ? [app.running.nameOf(tabId, node), input].filter(Boolean).join(" · ") : "";
  const inside = html`${icon(PICTURES[weight])}
    <span class="problem-text">
      <span class="visually-hidden">${t(`problems.weight.${weight}`)}</span>
      ${where && html`<span class="problem-where">${where}</span>`}
      <span class="problem-message">${message}</span>
    </span>`;
  if (!node) return html`<li class=${`problem is-${weight}`}>${inside}</li>`;
  return html`<li>
    <button type="button" class=${`problem is-${weight}`} data-problem=${node}
      onClick=${() => app.commands.run(app, "run.show-problem", problem)}>${inside}</button>
  </li>`;
}
