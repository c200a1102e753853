// @ts-check
/** What two versions of a document differ in, as a list of sentences. */

import { html } from "htm/preact";
import { t } from "../i18n.js";
import { differenceOf } from "../model/difference.js";
import { specOf } from "../model/schema.js";
import { Window } from "./dialog.js";
import { icon } from "./icons.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../model/document.js").WorkflowDocument} WorkflowDocument */
/** @typedef {import("../model/difference.js").Change} Change */

const ICONS = { added: "plus", removed: "minus", changed: "edit", moved: "fit" };
/** More changes than this are counted only. */
const MOST = 300;

/** @param {Change} change */
function wordsOf({ what, name, node, level, given }) {
  const place = level ? ` (${level})` : "";
  return t(`difference.${what}`, { ...given, name: `${name || node}${place}` });
}

/** @param {App} app @param {WorkflowDocument} before @param {WorkflowDocument} after */
export const changesOf = (app, before, after) =>
  differenceOf(before, after, (node) => specOf(app.schema.value, after, node).title);

/** @param {{ changes: readonly Change[], nothing?: string }} props */
export function Changes({ changes, nothing = t("difference.nothing") }) {
  if (!changes.length) return html`<p class="nothing">${nothing}</p>`;
  return html`<ul class="changes" tabindex="0" aria-label=${t("difference.title")}>
    ${changes.slice(0, MOST).map(
      (
        each,
        index,
      ) => html`<li key=${index} class=${`change change-${each.kind}`} data-change=${each.what} data-node=${each.node}>
        ${icon(ICONS[each.kind])}
        <span class="change-words">${wordsOf(each)} ${valuesOf(each)}</span>
      </li>`,
    )}
    ${changes.length > MOST && html`<li class="change"><span></span>${t("difference.more", { count: changes.length - MOST })}</li>`}
  </ul>`;
}

/** @param {Change} change */
function valuesOf({ given }) {
  if (given.before === undefined || (!given.before && !given.after)) return null;
  return html`<span class="change-values">${given.before || "–"} → ${given.after || "–"}</span>`;
}

/** What is changed since a document was saved. @param {{ app: App, close: () => void }} props */
export default function Difference({ app, close }) {
  const { saved, store } = app.tab;
  app.tab.version.value;
  const changes = saved.value ? changesOf(app, saved.value, store.document) : [];
  return html`<${Window} title=${t("difference.since-saved")} close=${close}>
    <${Changes} changes=${changes} />
  <//>`;
}
