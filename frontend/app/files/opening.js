// @ts-check
/** Opens documents in tabs. */

import { encoded } from "../api/client.js";
import { admitted } from "../model/admitting.js";
import { emptyDocument } from "../model/document.js";
import { Tab } from "../state/tab.js";
import { bundledText, inOwnWords } from "./bundled-texts.js";
import { rememberRecent } from "./recent.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../model/document.js").WorkflowDocument} WorkflowDocument */
/**
 * @typedef {{ name: string, title: string, revision: number | null, modified: number, is_bundled: boolean }} Entry
 */
/** @typedef {Entry & { document: WorkflowDocument, format: string, report: any, spoken?: string }} Opened */

/** @param {App} app */
export function openNew(app) {
  app.workspace.open(new Tab(emptyDocument()));
}

/** @param {App} app @param {string} name @returns {Promise<Opened>} */
export async function fetchWorkflow(app, name) {
  const opened = await app.api.get(`workflows/${encoded(name)}`);
  const document = admitted(opened.document);
  return { ...opened, document, ...(opened.is_bundled && (await inOwnWords(document))) };
}

/** Return what a workflow is called in a list. @param {Entry} entry */
export const titleOf = ({ name, title, is_bundled }) => (is_bundled ? bundledText(title) : title) || name;

/**
 * Open a saved workflow, or show the tab that has it. A bundled one is opened as a new document.
 * @param {App} app @param {string} name @returns {Promise<Tab>}
 */
export async function openNamed(app, name) {
  const open = shown(app, name);
  if (open) return open;
  const face = app.workspace.active.value?.face.value;
  const opened = await fetchWorkflow(app, name);
  rememberRecent(name);
  // opened twice in a row, it is there by now
  const there = shown(app, name);
  if (there) return there;
  const tab = tabOf(opened);
  // who works with forms is not led into the graph
  if (face && tab.store.document.inputs?.length) tab.face.value = face;
  return openIn(app, tab);
}

/** @param {App} app @param {string} name @returns {Tab | undefined} the tab that has a workflow, which is seen then */
function shown({ workspace }, name) {
  const tab = workspace.named(name);
  if (tab) workspace.show(tab.id);
  return tab;
}

/** @param {Opened} opened @returns {Tab} */
function tabOf({ name, revision, document, is_bundled, spoken }) {
  if (!is_bundled) return new Tab(document, { name, revision });
  // the copy is another workflow than the one it was made from
  const { id, ...copy } = document;
  return new Tab(copy, { spoken });
}

/**
 * Show a tab, in the place of an empty one that nobody has touched.
 * @param {App} app @param {Tab} tab @returns {Tab}
 */
export function openIn({ workspace }, tab) {
  const before = workspace.active.value;
  const isUntouched =
    before && !before.name.value && !before.store.version && !Object.keys(before.store.document.nodes).length;
  const place = workspace.tabs.value.indexOf(before);
  workspace.open(tab);
  if (!isUntouched) return tab;
  workspace.close(before.id);
  workspace.move(tab.id, place);
  return tab;
}
