// @ts-check
/** Naming nodes, frames and notes where they lie; what is gone meanwhile is not made again by its name. */

import { FRAME_TITLE } from "../geometry/hit-test.js";
import { HEADER } from "../geometry/node-box.js";
import { t } from "../i18n.js";
import { graphAt } from "../model/document.js";
import { setFrames } from "../model/edits/frames.js";
import { setField } from "../model/edits/nodes.js";
import { notesOf, setNote } from "../model/edits/notes.js";
import { editName } from "../surface/inline-name.js";
import { chosen } from "./targets.js";

/** @typedef {import("../app.js").App} App */

/** Name the first of what is chosen. @param {App} app @param {any} [argument] */
export function rename(app, argument) {
  const { nodes, frames, notes } = chosen(app, argument);
  const [node, frame, note] = [[...nodes][0], [...frames][0], [...notes][0]];
  if (node !== undefined) nameNode(app, node);
  else if (frame !== undefined) nameFrame(app, frame);
  else if (note !== undefined) nameNote(app, note);
}

/** @param {import("../state/tab.js").Tab} tab @param {string} level */
const graphNow = ({ store: { document } }, level) =>
  level === "" || document.subgraphs?.[level] ? graphAt(document, level) : null;

/** @param {App} app @param {string} id */
function nameNode({ canvas, tab }, id) {
  const placed = canvas.index.nodes.get(id);
  if (!placed) return;
  const { level } = tab;
  editName(canvas, {
    box: placed,
    height: HEADER,
    value: placed.node.title ?? "",
    usual: placed.spec.title,
    label: t("node.name"),
    keep: (name) => {
      if (graphNow(tab, level)?.nodes[id])
        tab.store.commit("edit.rename", setField(level, [id], "title", name || undefined));
    },
  });
}

/** @param {App} app @param {number} index */
export function nameFrame({ canvas, tab }, index) {
  const placed = canvas.index.drawing.frames[index];
  if (!placed) return;
  const { level } = tab;
  const before = placed.frame.title ?? "";
  editName(canvas, {
    box: placed,
    height: FRAME_TITLE,
    value: before,
    usual: t("frame.title"),
    label: t("frame.name"),
    keep: (title) => {
      const graph = graphNow(tab, level);
      const frame = graph?.frames?.[index];
      // frames have no id: one that was called so is taken for the same
      if (graph && frame && (frame.title ?? "") === before)
        tab.store.commit("edit.rename", setFrames(level, graph, new Map([[index, { title }]])));
    },
  });
}

/** @param {App} app @param {string} id */
export function nameNote({ canvas, tab }, id) {
  const placed = canvas.index.drawing.notes.get(id);
  if (!placed) return;
  const { level } = tab;
  editName(canvas, {
    box: placed,
    height: HEADER,
    value: placed.note.title ?? "",
    usual: t("note.title"),
    label: t("note.name"),
    keep: (title) => {
      const graph = graphNow(tab, level);
      if (graph && notesOf(graph).some((each) => each.id === id))
        tab.store.commit("edit.rename", setNote(level, graph, id, { title }));
    },
  });
}
