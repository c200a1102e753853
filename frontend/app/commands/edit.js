// @ts-check
/** The clipboard, selecting. */

import { t } from "../i18n.js";
import { downstream, upstream } from "../model/edits/selected.js";
import { copiedText, duplicateSelection, pasteText, removeSelection } from "../ui/pasting.js";
import { FIELDS, isTyping } from "./history.js";

/** @typedef {import("../app.js").App} App */

/** @param {App} app */
const hasSelection = (app) => !app.tab.selection.isEmpty;

/** @param {App} app */
const hasNodes = (app) => app.tab.selection.nodes.size > 0;

/** Pastes by menu; the keys let the browser bring what it holds. @param {App} app @param {boolean} keepsLinks */
async function pasteByMenu(app, keepsLinks) {
  const text = await navigator.clipboard?.readText().catch(() => "");
  const isPasted = text ? await pasteText(app, text, { keepsLinks }) : false;
  if (!isPasted) app.notices.tell(t(text ? "edit.nothing-to-paste" : "edit.paste-by-key"));
}

/** @param {App} app @param {(graph: import("../model/document.js").Graph, ids: Iterable<string>) => Set<string>} along */
const select = ({ tab }, along) => tab.selection.set({ nodes: along(tab.graph, tab.selection.nodes) });

/** @param {App} app */
function selectAll({ tab }) {
  const { nodes, frames, view } = tab.graph;
  tab.selection.set({
    nodes: Object.keys(nodes),
    dots: [...Object.keys(view?.dots ?? {}), ...Object.keys(view?.virtual ?? {})],
    frames: (frames ?? []).keys(),
    notes: (view?.notes ?? []).map((/** @type {{ id: string }} */ each) => each.id),
  });
}

/** @type {import("./registry.js").Command[]} */
export const EDIT = [
  {
    id: "edit.cut",
    group: "edit",
    keys: ["Ctrl+X"],
    isNative: true,
    menus: ["node", "frame"],
    when: hasSelection,
    run: () => document.execCommand("cut"),
  },
  {
    id: "edit.copy",
    group: "edit",
    keys: ["Ctrl+C"],
    isNative: true,
    menus: ["node", "frame"],
    when: hasSelection,
    run: () => document.execCommand("copy"),
  },
  {
    id: "edit.paste",
    group: "edit",
    keys: ["Ctrl+V"],
    isNative: true,
    menus: ["canvas"],
    run: (app) => pasteByMenu(app, false),
  },
  {
    id: "edit.paste-linked",
    group: "edit",
    keys: ["Ctrl+Shift+V"],
    isNative: true,
    menus: ["canvas"],
    run: (app) => pasteByMenu(app, true),
  },
  {
    id: "edit.duplicate",
    group: "edit",
    keys: ["Shift+D"],
    menus: ["node", "frame"],
    when: hasSelection,
    run: (app) => duplicateSelection(app),
  },
  {
    id: "edit.duplicate-linked",
    group: "edit",
    keys: ["Ctrl+Shift+D"],
    when: hasNodes,
    run: (app) => duplicateSelection(app, { keepsLinks: true }),
  },
  {
    id: "edit.delete",
    group: "edit",
    keys: ["Delete", "Backspace"],
    menus: ["node", "frame", "dot"],
    when: hasSelection,
    run: (app) => removeSelection(app, "edit.delete"),
  },
  { id: "select.all", group: "edit", keys: ["Ctrl+A"], menus: ["canvas"], run: selectAll },
  { id: "select.upstream", group: "edit", keys: ["["], when: hasNodes, run: (app) => select(app, upstream) },
  {
    id: "select.downstream",
    group: "edit",
    keys: ["]"],
    when: hasNodes,
    run: (app) => select(app, downstream),
  },
];

/** Say whether a copy or a paste is meant for the graph. @param {App} app @param {ClipboardEvent} event */
function isForGraph(app, event) {
  const target = /** @type {Element | null} */ (event.target);
  const isSeen = app.workspace.active.peek()?.face.peek() === "graph" && Boolean(app.canvas);
  const isInOverlay = app.overlays.open.peek().length > 0;
  return isSeen && !isInOverlay && !isTyping() && !target?.closest?.(FIELDS);
}

/**
 * Listen to the browser's own copy, cut and paste, which need no leave to use the clipboard.
 * @param {App} app @param {EventTarget} [page]
 */
export function followClipboard(app, page = document) {
  let keepsLinks = false;
  page.addEventListener("keydown", (event) => {
    keepsLinks = /** @type {KeyboardEvent} */ (event).shiftKey;
  });
  for (const way of /** @type {const} */ (["copy", "cut"])) {
    page.addEventListener(way, (event) => take(app, /** @type {ClipboardEvent} */ (event), way));
  }
  page.addEventListener("paste", (given) => {
    const event = /** @type {ClipboardEvent} */ (given);
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!text || event.clipboardData?.files.length || !isForGraph(app, event)) return;
    event.preventDefault();
    pasteText(app, text, { keepsLinks }).catch((problem) => app.notices.problem(problem));
  });
}

/** @param {App} app @param {ClipboardEvent} event @param {"copy" | "cut"} way */
function take(app, event, way) {
  if (!isForGraph(app, event) || document.getSelection()?.isCollapsed === false) return;
  const text = copiedText(app);
  if (!text) return;
  event.clipboardData?.setData("text/plain", text);
  event.preventDefault();
  if (way === "cut") removeSelection(app, "edit.cut-out");
}
