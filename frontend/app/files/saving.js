// @ts-check
/** Saves documents on the server; what somebody else saved meanwhile is never lost. */

import { encoded, Refusal } from "../api/client.js";
import { t } from "../i18n.js";
import { admitted } from "../model/admitting.js";
import { replaceBy } from "../model/edits/whole.js";
import { isSame } from "../model/same.js";
import { rememberRecent } from "./recent.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../state/tab.js").Tab} Tab */
/** @typedef {import("../model/document.js").WorkflowDocument} WorkflowDocument */
/** @typedef {{ revision: number, document: WorkflowDocument | null }} Theirs */
/** @typedef {"mine" | "theirs" | "copy"} Way  out of a conflict */

/**
 * Save a tab under its name; one without a name is asked for it. Says whether it was saved.
 * @param {App} app @param {Tab} [tab] @returns {Promise<boolean>}
 */
export function save(app, tab = app.tab) {
  return afterLast(tab, async () => putUnder(app, tab, tab.name.value ?? (await askName(app, tab))));
}

/** @param {App} app @param {Tab} [tab] @returns {Promise<boolean>} */
export async function saveAs(app, tab = app.tab) {
  const name = await askName(app, tab);
  return afterLast(tab, () => putUnder(app, tab, name));
}

/** The last save of each tab. @type {WeakMap<Tab, Promise<unknown>>} */
const saving = new WeakMap();

/**
 * One save after the other: the second is based on what the first has made, and a tab has the name of the last.
 * @param {Tab} tab @param {() => Promise<boolean>} work
 */
function afterLast(tab, work) {
  const saved = (saving.get(tab) ?? Promise.resolve()).then(work);
  saving.set(
    tab,
    saved.catch(() => {}),
  );
  return saved;
}

/** @param {App} app @param {Tab} tab @returns {Promise<string>} "" when it is not to be saved */
async function askName(app, tab) {
  const { prompt } = await import("../ui/dialog.js");
  const name = await prompt(app, {
    title: t("save.as"),
    label: t("save.name"),
    text: t("save.name-hint"),
    value: tab.name.value ?? fileName(tab.title.value),
    action: t("save.save"),
  });
  return name?.trim().replace(/\.json$/i, "") ?? "";
}

/** @param {App} app @param {Tab} tab @param {string} name  nothing is saved under "" @returns {Promise<boolean>} */
const putUnder = async (app, tab, name) =>
  name !== "" && put(app, tab, name, name === tab.name.value ? tab.revision.value : null);

/** Return a title as a file can be called. @param {string} title */
export const fileName = (title) =>
  title
    .replaceAll(/[\\/:*?"<>|]+/g, " ")
    .replaceAll(/\s+/g, " ")
    .trim();

/**
 * @param {App} app @param {Tab} tab @param {string} name @param {number | null} base
 * @returns {Promise<boolean>}
 */
async function put(app, tab, name, base) {
  const document = titled(tab, name);
  try {
    const entry = await app.api.put(`workflows/${encoded(name)}`, { document, base });
    keepAsSaved(tab, entry, document);
    rememberRecent(entry.name);
    app.notices.tell(t("save.saved", { name: entry.name }), "good");
    return true;
  } catch (problem) {
    if (!(problem instanceof Refusal) || problem.status !== 409) throw problem;
    return settle(app, tab, { name, base, theirs: problem.problem.details.current ?? null });
  }
}

/** Give a document without a title that of its name. @param {Tab} tab @param {string} name */
function titled({ store }, name) {
  if (!store.document.title) store.adjust([{ path: ["title"], value: name.split("/").at(-1) }]);
  return store.document;
}

/**
 * @param {Tab} tab @param {{ name: string, revision: number | null }} entry @param {WorkflowDocument} document
 */
function keepAsSaved(tab, { name, revision }, document) {
  tab.name.value = name;
  tab.revision.value = revision;
  tab.saved.value = document;
}

/**
 * Ask what is to happen when there is another version on the server.
 * @param {App} app @param {Tab} tab
 * @param {{ name: string, base: number | null, theirs: Theirs | null }} about  theirs: null when it was deleted
 * @returns {Promise<boolean>}
 */
async function settle(app, tab, { name, base, theirs }) {
  if (!theirs) return put(app, tab, name, null);
  const mine = tab.store.document;
  const other = theirs.document && admitted(theirs.document);
  // saved before, by this window: the answer was lost
  if (other && isSame(other, mine)) {
    keepAsSaved(tab, { name, revision: theirs.revision }, mine);
    return true;
  }
  const { askConflict } = await import("../ui/conflict.js");
  const way = await askConflict(app, { name, theirs: other, mine, isNew: base === null });
  if (way === "copy") return putUnder(app, tab, await askName(app, tab));
  if (way === "mine") return put(app, tab, name, theirs.revision);
  if (way === "theirs" && other) {
    tab.store.commit("edit.take-theirs", replaceBy(tab.store.document, other));
    keepAsSaved(tab, { name, revision: theirs.revision }, tab.store.document);
  }
  return false;
}
