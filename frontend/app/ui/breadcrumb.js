// @ts-check
/** The subgraphs that were entered, over the graph. */

import { html } from "htm/preact";
import { leaveTo } from "../commands/subgraphs.js";
import { t } from "../i18n.js";
import { graphAt } from "../model/document.js";
import { definitionOf, enterable, instancesOf } from "../model/subgraphs.js";
import { icon } from "./icons.js";
import { documentNow } from "./now.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../state/tab.js").Tab} Tab */

/** @param {{ app: App }} props */
export default function Breadcrumb({ app }) {
  const tab = app.workspace.active.value;
  if (!tab) return null;
  const document = documentNow(tab);
  const way = tab.way.value;
  const titles = titlesOf(document, way);
  if (!titles.length) return null;
  const count = instancesOf(document, tab.level).length;
  return html`<nav class="breadcrumb" aria-label=${t("subgraph.way")}>
    <ol>
      <li><button type="button" onClick=${() => leaveTo(app, 0)}>${tab.title.value || t("subgraph.top")}</button></li>
      ${titles.map((title, index) => {
        const isLast = index === titles.length - 1;
        return html`<li key=${index}>${icon("chevron-right")}
          ${
            isLast
              ? html`<span aria-current="page">${title}</span>`
              : html`<button type="button" onClick=${() => leaveTo(app, index + 1)}>${title}</button>`
          }
        </li>`;
      })}
    </ol>
    ${count > 1 && html`<span class="breadcrumb-note" data-tip=${t("subgraph.shared-tip")}>${t("subgraph.shared", { count })}</span>`}
    <button type="button" class="breadcrumb-choose" onClick=${() => app.commands.run(app, "subgraph.choose", { kind: "nothing" })}
      data-tip=${t("command.subgraph.choose")} aria-label=${t("command.subgraph.choose")}>${icon("expose")}</button>
  </nav>`;
}

/**
 * Return the titles of what was entered, as far as it is there.
 * @param {import("../model/document.js").WorkflowDocument} document @param {readonly string[]} way
 */
function titlesOf(document, way) {
  /** @type {string[]} */
  const titles = [];
  let level = "";
  for (const id of way) {
    const node = graphAt(document, level).nodes[id];
    if (!enterable(document, node)) break;
    level = definitionOf(node);
    titles.push(node.title || graphAt(document, level).title || level);
  }
  return titles;
}
