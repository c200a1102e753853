// @ts-check
/** Brings pictures to the server and into nodes. */

import { encoded } from "../api/client.js";
import { t } from "../i18n.js";
import { graphAt, pathIn } from "../model/document.js";
import { addNode, freeId } from "../model/edits/nodes.js";
import { valueAt } from "../model/patches.js";
import { freshNode } from "../model/schema.js";
import { freePictureInput } from "../model/uploads.js";
import { fileOf, fileValue, fullAddress, shortName } from "../state/picture-files.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../state/runs.js").Picture} Picture */
/** @typedef {import("../geometry/camera.js").Point} Point */

const LOADER = "LoadImage";
/** A route of ComfyUI's, beside our own. */
const MASKS = "../../upload/mask";

/**
 * Put a file into the input folder.
 * @param {App} app @param {Blob} file @param {{ name: string, subfolder?: string }} about
 * @returns {Promise<string>} its value
 */
export async function upload(app, file, { name, subfolder = "" }) {
  const query = new URLSearchParams({ name, ...(subfolder && { subfolder }) });
  const info = await app.api.ask("POST", `files?${query}`, file);
  offer(app, info.name);
  return fileValue({ kind: info.kind, name: info.name });
}

/**
 * Have the server put a mask into a copy of a picture.
 * @param {App} app @param {Blob} mask  its transparency counts @param {{ name: string, picture: Picture }} about
 * @returns {Promise<string>} the copy's value
 */
export async function uploadMask(app, mask, { name, picture }) {
  const { kind: type, name: whole } = picture.file ?? fileOf(picture.name);
  const filename = shortName(picture);
  const subfolder = whole.slice(0, -filename.length).replace(/\/$/, "");
  const form = new FormData();
  form.append("image", mask, name);
  form.append("original_ref", JSON.stringify({ filename, subfolder, type }));
  const info = await app.api.ask("POST", MASKS, form);
  offer(app, info.name);
  return fileValue({ kind: info.type, name: info.name });
}

/** Add a new file to the choices of all nodes that load one. @param {App} app @param {string} name */
function offer(app, name) {
  for (const spec of app.schema.peek().values())
    for (const { widget } of spec.inputs ?? [])
      if (widget?.upload && widget.folder === "input" && !widget.choices?.includes(name))
        widget.choices = [...(widget.choices ?? []), name].sort();
}

/**
 * Return the value that a picture of any folder has in a node; what lies in the folder of passing files is copied.
 * @param {App} app @param {Picture} picture @returns {Promise<string>}
 */
export async function valueFor(app, picture) {
  if (picture.file && picture.file.kind !== "temp") return fileValue(picture.file);
  const answer = await fetch(fullAddress(picture));
  if (!answer.ok) throw new Error(t("picture.gone", { name: picture.name }));
  return upload(app, await answer.blob(), { name: shortName(picture) });
}

/**
 * Set the picture of a node, as one entry of the history; a node that is gone by now stays so.
 * @param {App} app @param {string} nodeId @param {() => Promise<string>} find
 */
export async function fillNode(app, nodeId, find) {
  const { tab } = app;
  const { level } = tab;
  const placed = app.canvas.index.nodes.get(nodeId);
  const input = placed && freePictureInput(placed.spec, placed.node);
  if (!input) return;
  const value = await find();
  if (!isThere(tab, level, nodeId)) return;
  app.pictures.forget(value);
  tab.store.commit("edit.picture", [{ path: pathIn(level, "nodes", nodeId, "values", input.name), value }]);
  app.say(t("picture.taken", { name: fileOf(value).name }));
}

/**
 * Say whether a node is where it was, whatever level is shown by now.
 * @param {import("../state/tab.js").Tab} tab @param {string} level @param {string} nodeId
 */
export const isThere = ({ store }, level, nodeId) =>
  valueAt(store.document, pathIn(level, "nodes", nodeId)) !== undefined;

/**
 * Make a Load Image node in the level that is shown, wherever one is when the picture has come.
 * @param {App} app @param {() => Promise<string>} find @param {Point} at
 */
export async function loaderNode(app, find, at) {
  const { tab } = app;
  const { level } = tab;
  await app.types.all();
  const spec = app.schema.peek().get(LOADER);
  const input = spec && freePictureInput(spec, { type: LOADER });
  if (!spec || !input) throw new Error(t("picture.no-loader"));
  const value = await find();
  const node = freshNode(spec, at.x, at.y);
  node.values = { ...node.values, [input.name]: value };
  if (level && !tab.store.document.subgraphs?.[level]) return;
  const id = freeId(graphAt(tab.store.document, level));
  tab.store.commit("edit.add-picture", addNode(level, id, node));
  if (tab.level === level) tab.selection.set({ nodes: [id] });
}

/** Return the selected node that a picture can be put into; "" when it is not clear which. @param {App} app */
export function selectedLoader(app) {
  const fitting = [...app.tab.selection.nodes].filter((id) => takesPicture(app, id));
  return fitting.length === 1 ? fitting[0] : "";
}

/** @param {App} app @param {string} nodeId */
export function takesPicture(app, nodeId) {
  const placed = app.canvas.index.nodes.get(nodeId);
  return Boolean(placed && freePictureInput(placed.spec, placed.node));
}

/** Put a picture where one most likely wants it: the selected loader, else a new one. @param {App} app @param {() => Promise<string>} find */
export function useSomewhere(app, find) {
  const selected = selectedLoader(app);
  if (selected) return fillNode(app, selected, find);
  const { x, y } = app.canvas.middle;
  return loaderNode(app, find, { x: x - 120, y: y - 60 });
}

/** Return the part of the API that has a picture. @param {import("../state/picture-files.js").FileName} file */
export const filePath = ({ kind, name }) => `files/${kind}/${encoded(name)}`;
