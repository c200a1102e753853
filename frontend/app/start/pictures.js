// @ts-check
/** Pictures that are dropped on nodes or pasted. */

import { fillNode, loaderNode, selectedLoader, takesPicture, upload } from "../pictures/uploading.js";
import { fileValue } from "../state/picture-files.js";
import { carried, KIND, pictureAmong } from "../surface/picture-drag.js";

/** @typedef {import("../app.js").App} App */

const FIELDS = "input, textarea, select, [contenteditable]";
const PASTED = "pasted.png";

/** @param {App} app */
export function start(app) {
  // before those who take whatever is dropped on the window
  document.addEventListener("dragover", (event) => onOver(app, event), { capture: true });
  document.addEventListener("dragleave", () => light(app, ""), { capture: true });
  document.addEventListener("drop", (event) => onDrop(app, event), { capture: true });
  document.addEventListener("paste", (event) => onPaste(app, event), { capture: true });
}

/** @param {App} app @param {DragEvent} event */
function onOver(app, event) {
  const { dataTransfer: transfer } = event;
  const target = targetOf(app, event);
  light(app, target?.node ?? "");
  if (!transfer || !target) return;
  event.preventDefault();
  event.stopPropagation();
  transfer.dropEffect = "copy";
}

/**
 * Return where a picture would go; null when a drag has none, or others take it.
 * @param {App} app @param {DragEvent} event @returns {{ node: string } | null}
 */
function targetOf(app, event) {
  const { dataTransfer: transfer } = event;
  const isOwn = transfer?.types.includes(KIND);
  if (!transfer || (!isOwn && !transfer.types.includes("Files")) || !isOnSurface(event)) return null;
  const hit = app.canvas.hit(app.canvas.point(event));
  const node = "node" in hit && takesPicture(app, hit.node.id) ? hit.node.id : "";
  return node || isOwn ? { node } : null;
}

/** @param {Event} event */
const isOnSurface = (event) => Boolean(/** @type {Element} */ (event.target).closest?.(".surface"));

/** @param {App} app @param {DragEvent} event */
async function onDrop(app, event) {
  const { dataTransfer: transfer } = event;
  light(app, "");
  const target = targetOf(app, event);
  if (!transfer || !target) return;
  const own = carried(transfer);
  const file = pictureAmong(transfer.files);
  if (!own && !file) return;
  event.preventDefault();
  event.stopPropagation();
  const find = async () =>
    own ? fileValue(own) : upload(app, /** @type {File} */ (file), { name: /** @type {File} */ (file).name });
  try {
    if (target.node) await fillNode(app, target.node, find);
    else await loaderNode(app, find, app.canvas.point(event));
  } catch (problem) {
    app.notices.problem(problem);
  }
}

let lit = "";

/** Show which node takes what is dragged. @param {App} app @param {string} nodeId */
function light(app, nodeId) {
  if (nodeId === lit || !app.canvas) return;
  const { views } = app.canvas.surface.mounting;
  views.get(lit)?.element.classList.remove("is-drop-target");
  views.get(nodeId)?.element.classList.add("is-drop-target");
  lit = nodeId;
}

/** @param {App} app @param {ClipboardEvent} event */
async function onPaste(app, event) {
  const transfer = event.clipboardData;
  const file = pictureAmong(transfer?.files ?? []);
  const target = /** @type {Element} */ (event.target);
  const isElsewhere = target.closest?.(FIELDS) || app.overlays.open.peek().length > 0;
  if (!file || !app.canvas || isElsewhere || app.tab.face.peek() !== "graph") return;
  // text beside a picture is nodes, or what an office program copies
  if (transfer?.getData("text/plain")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const find = () => upload(app, file, { name: file.name === "image.png" ? PASTED : file.name });
  const selected = selectedLoader(app);
  const { x, y } = app.gestures.last?.point ?? app.canvas.middle;
  try {
    if (selected) await fillNode(app, selected, find);
    else await loaderNode(app, find, { x, y });
  } catch (problem) {
    app.notices.problem(problem);
  }
}
