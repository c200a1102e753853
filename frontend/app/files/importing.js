// @ts-check
/** Reads files that come from outside: workflows of any kind, pictures with and without one. */

import { Refusal } from "../api/client.js";
import { t } from "../i18n.js";
import { admitted } from "../model/admitting.js";
import { clipOf } from "../model/clipboard.js";
import { graphAt } from "../model/document.js";
import { insertNode } from "../model/edits/insert.js";
import { freePictureInput } from "../model/uploads.js";
import { upload } from "../pictures/uploading.js";
import { Tab } from "../state/tab.js";
import { insertClip } from "../ui/pasting.js";
import { openIn } from "./opening.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../geometry/camera.js").Point} Point */
/** @typedef {import("../model/document.js").WorkflowDocument} WorkflowDocument */
/**
 * @typedef {{
 *   format: string, is_complete: boolean,
 *   missing_types: { type: string, nodes: string[], pack: string, version: string }[],
 *   missing_models: { name: string, directory: string, url: string, nodes: string[], near: string[] }[],
 *   notes: { node: string, input: string, message: string }[],
 * }} Report
 */
/** @typedef {{ document: WorkflowDocument, report: Report, text: string }} Imported */

/** Files that can hold a workflow, for the file dialog. */
export const ACCEPTED = ".json,.png,.webp,image/*";
const PICTURE = /^image\//;
/** Bytes that the server reads of a document or a picture. */
const LARGEST = 64 * 2 ** 20;
const MAY_HOLD_WORKFLOW = /^image\/(png|webp)$/;

/**
 * Take in files: workflows open in tabs of their own, or go into the graph; pictures without one become
 * nodes that load them.
 * @param {App} app @param {readonly File[]} files
 * @param {{ at?: Point, isInsert?: boolean }} [how]  at: in the graph
 */
export async function takeIn(app, files, { at = app.canvas.middle, isInsert = false } = {}) {
  const { tab } = app;
  const { level } = tab;
  /** @type {File[]} */
  const pictures = [];
  for (const file of files) {
    const imported = await read(app, file, pictures);
    if (!imported) continue;
    if (isInsert) insertInto(app, tab, imported.document, at);
    else openIn(app, new Tab(imported.document));
    tellOf(app, file, imported);
  }
  if (pictures.length) await addPictures(app, pictures, { tab, level, at });
}

/** @param {App} app @param {File} file @param {File[]} pictures  takes those that hold no workflow @returns {Promise<Imported | null>} */
async function read(app, file, pictures) {
  if (PICTURE.test(file.type) && !MAY_HOLD_WORKFLOW.test(file.type)) {
    pictures.push(file);
    return null;
  }
  if (file.size > LARGEST) {
    const [size, most] = [file.size, LARGEST].map((each) => Math.ceil(each / 2 ** 20));
    app.notices.tell(t("import.too-large", { name: file.name, size, most }), "bad");
    return null;
  }
  const form = new FormData();
  form.append("file", file, file.name);
  try {
    return await app.api.post("import", form);
  } catch (problem) {
    const isPlainPicture = PICTURE.test(file.type) && problem instanceof Refusal;
    if (isPlainPicture) pictures.push(file);
    else app.notices.problem(problem);
    return null;
  }
}

/** @param {App} app @param {File} file @param {Imported} imported */
function tellOf(app, file, { report }) {
  if (report.is_complete && !report.notes.length)
    app.notices.tell(t("import.opened", { name: file.name }), "good");
  else app.overlays.show({ kind: "import-report", isModal: true, given: { name: file.name, report } });
}

/** Reading takes a while: one may look at another tab by then, or have closed this one. @param {App} app @param {Tab} tab @param {WorkflowDocument} document @param {Point} at */
function insertInto(app, tab, document, at) {
  if (!app.workspace.tabs.peek().includes(tab)) return;
  app.workspace.show(tab.id);
  insert(app, document, at);
}

/** Put a document's nodes into the level that is shown. @param {App} app @param {WorkflowDocument} document @param {Point} at */
export function insert(app, document, at) {
  app.tab.face.value = "graph";
  insertClip(app, clipOf(admitted(document)), at, { label: "edit.insert" });
  app.canvas.surface.host.focus({ preventScroll: true });
}

/** The node type that loads a picture. */
const LOADER = "LoadImage";
/** Room for the picture that such a node shows, and between two of them. */
const ROOM = 300;

/**
 * Upload pictures and put a node for each into the graph, below each other.
 * @param {App} app @param {readonly File[]} files @param {{ tab: Tab, level: string, at: Point }} where
 */
async function addPictures(app, files, { tab, level, at }) {
  await app.types.all();
  const spec = app.schema.value.get(LOADER);
  const input = spec && freePictureInput(spec, { type: LOADER });
  if (!spec || !input) throw new Error(t("import.no-loader"));
  const uploads = await Promise.allSettled(files.map((each) => upload(app, each, { name: each.name })));
  for (const each of uploads) if (each.status === "rejected") app.notices.problem(each.reason);
  const names = uploads.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  // one may look elsewhere by now
  const isSeen = app.tab === tab && tab.level === level;
  const taken = isSeen ? [...app.canvas.index.nodes.values()] : [];
  /** @type {import("../model/patches.js").Patch[]} */
  const patches = [];
  /** @type {string[]} */
  const ids = [];
  let graph = graphAt(tab.store.document, level);
  for (const [index, name] of names.entries()) {
    const place = { x: at.x, y: at.y + index * ROOM };
    const added = insertNode(level, graph, spec, place, { taken, values: { [input.name]: name } });
    graph = { ...graph, nodes: { ...graph.nodes, [added.id]: { type: spec.id } } };
    patches.push(...added.patches);
    ids.push(added.id);
  }
  tab.store.commit("edit.add-pictures", patches);
  if (!isSeen) return;
  tab.face.value = "graph";
  tab.selection.set({ nodes: ids });
}
