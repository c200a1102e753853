// @ts-check
/** Copying and pasting as a person does it: what is selected, under the pointer, one entry of the history. */

import { nodeBox } from "../geometry/node-box.js";
import { t } from "../i18n.js";
import { admitted } from "../model/admitting.js";
import { clipOf, copied, read, written } from "../model/clipboard.js";
import { withInstances } from "../model/edits/exposed-outputs.js";
import { besideOthers, pasted, shiftTo } from "../model/edits/paste.js";
import { removeSelected } from "../model/edits/selected.js";
import { applied } from "../model/patches.js";
import { isRecursive } from "../model/subgraphs.js";
import { pointerOf } from "./pointer.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../model/clipboard.js").Clip} Clip */

const ASIDE = { x: 32, y: 32 };

/** @param {App} app @returns {Clip | null} what is selected */
const selectedClip = ({ tab }) => copied(tab.store.document, tab.level, tab.selection.now.peek());

/** @param {App} app @returns {string} the selection as text, "" when there is none */
export function copiedText(app) {
  const clip = selectedClip(app);
  if (!clip) return "";
  app.say(t("say.copied", { count: Object.keys(clip.nodes).length }));
  return written(clip);
}

/** @param {App} app @param {string} label */
export function removeSelection({ tab }, label) {
  const { store, level } = tab;
  const patches = removeSelected(level, tab.graph, tab.selection.now.peek());
  store.commit(label, withInstances(store.document, level, patches));
  tab.selection.clear();
}

/**
 * Put what a text holds under the pointer: nodes of ours, or a workflow that the server can read.
 * @param {App} app @param {string} text @param {{ keepsLinks?: boolean }} [how]
 * @returns {Promise<boolean>} whether it was something of the kind
 */
export async function pasteText(app, text, how) {
  const { at } = pointerOf(app);
  const found = read(text);
  if (!found) return false;
  if ("clip" in found) insertClip(app, found.clip, at, how);
  else await insertForeign(app, text, at);
  return true;
}

/**
 * Insert a workflow of any known format.
 * @param {App} app @param {string | Blob} file @param {import("../geometry/camera.js").Point} at
 */
export async function insertForeign(app, file, at) {
  const body = typeof file === "string" ? new Blob([file], { type: "application/json" }) : file;
  const answer = await app.api.ask("POST", "import", body);
  insertClip(app, clipOf(admitted(answer.document)), at);
  if (answer.report?.missing_types?.length) app.notices.tell(answer.text);
}

/**
 * @param {App} app @param {Clip} clip @param {import("../geometry/camera.js").Point} at
 * @param {{ keepsLinks?: boolean, label?: string }} [how]
 */
export function insertClip(app, clip, at, { label = "edit.paste", ...how } = {}) {
  const { tab, canvas } = app;
  const shift = shiftTo(clip, at, tab.graph, (node) => nodeBox(node, canvas.index.specOf(node)));
  insert(app, label, pasted(tab.store.document, tab.level, clip, shift, how));
}

/** @param {App} app @param {{ keepsLinks?: boolean }} [how] */
export function duplicateSelection(app, how) {
  const { tab } = app;
  const clip = selectedClip(app);
  if (!clip) return;
  const shift = besideOthers(clip, tab.graph, ASIDE);
  insert(app, "edit.duplicate", pasted(tab.store.document, tab.level, clip, shift, how));
}

/** @param {App} app @param {string} label @param {import("../model/edits/paste.js").Pasted} what */
function insert({ tab, say, notices }, label, { patches, nodes, frames, notes }) {
  const { root } = applied(tab.store.document, patches);
  if (isRecursive(root, tab.level)) {
    notices.tell(t("subgraph.recursion"), "bad");
    return;
  }
  tab.store.commit(label, patches);
  tab.selection.set({ nodes, frames, notes });
  say(t("say.pasted", { count: nodes.length }));
}
