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
  const saved = (saving.get(tab) ?? Promise.resolve()).then(() => {
    const name = tab.name.value;
    return name ? put(app, tab, name, tab.revision.value) : saveAs(app, tab);
  });
  saving.set(
    tab,
    saved.catch(() => {}),
  );
  return saved;
}

/** One save after the other: the second is based on what the first has made. @type {WeakMap<Tab, Promise<unknown>>} */
const saving = new WeakMap();

/** @param {App} app @param {Tab} [tab] @returns {Promise<boolean>} */
export async function saveAs(app, tab = app.tab) {
  const { prompt } = await import("../ui/dialog.js");
  const name = await prompt(app, {
    title: t("save.as"),
    label: t("save.name"),
    text: t("save.name-hint"),
    value: tab.name.value ?? fileName(tab.title.value),
    action: t("save.save"),
  });
  const plain = name?.trim().replace(/\.json$/i, "");
  if (!plain) return false;
  return put(app, tab, plain, plain === tab.name.value ? tab.revision.value : null);
}

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
  if (way === "copy") return saveAs(app, tab);
  if (way === "mine") return put(app, tab, name, theirs.revision);
  if (way === "theirs" && other) {
    tab.store.commit("edit.take-theirs", replaceBy(tab.store.document, other));
    keepAsSaved(tab, { name, revision: theirs.revision }, tab.store.document);
  }
  return false;
}
