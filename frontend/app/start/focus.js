// @ts-check
/**
 * The graph by keys: one stop for Tab, arrow keys from node to node, Enter into a node's fields and
 * Escape out, Shift and arrows to move, Space to select. What happens is told to screen readers.
 */

import { effect } from "@preact/signals-core";
import { nearestIn } from "../geometry/nearest.js";
import { t } from "../i18n.js";
import { moveNodes } from "../model/edits/nodes.js";
import { isPinned } from "../model/looks.js";
import { focusedNode, focusNode, nodeToEnter } from "../surface/focusing.js";

/** @typedef {import("../app.js").App} App */

/** Graph units of one step by keys. */
const STEP = 10;
const SAY_AFTER_MS = 250;
const FOCUSABLE =
  'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), [tabindex]:not([tabindex="-1"])';

const DIRECTIONS = /** @type {Record<string, import("../geometry/nearest.js").Direction>} */ ({
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
});

/** @param {App} app */
export function start(app) {
  const way = { last: "", key: "" };
  document.addEventListener("keydown", (event) => onCapture(app, event, way), { capture: true });
  document.addEventListener("pointerdown", () => (way.key = ""), { capture: true });
  // before other listeners of the page, which would take Escape for the graph's
  document.addEventListener("keydown", (event) => onFieldKey(app, event));
  document.addEventListener("focusin", (event) => onFocus(app, event, way));
  document.addEventListener("focusout", (event) => {
    if (focusedNode(/** @type {Element} */ (event.target)) && !isInGraph(app, event.relatedTarget))
      app.canvas.hold([]);
  });
  saySelection(app);
}

/** @param {App} app @param {unknown} target */
const isInGraph = (app, target) =>
  target instanceof Node && Boolean(app.canvas?.surface.host.contains(target));

/** Say whether something else than the graph has the keys now. @param {App} app */
const isBusy = (app) => !app.gestures.isIdle || app.overlays.open.peek().length > 0;

/** Keys on a node itself, and on the graph. @param {App} app @param {KeyboardEvent} event @param {{ last: string, key: string }} way */
function onCapture(app, event, way) {
  way.key = event.key;
  const target = /** @type {HTMLElement} */ (event.target);
  const isHost = target === app.canvas?.surface.host;
  if (!(isHost || (isInGraph(app, target) && target.matches(".node"))) || isBusy(app)) return;
  const id = isHost ? "" : focusedNode(target);
  if (event.key === "Tab" && !isShownFocus(target)) return;
  if (!act(app, event, id, way.last)) return;
  event.preventDefault();
  event.stopPropagation();
}

/** @param {Element} element */
const isShownFocus = (element) => element.matches(":focus-visible");

/**
 * @param {App} app @param {KeyboardEvent} event @param {string} id  of the node, "" on the graph @param {string} last
 * @returns {boolean} whether the key meant something
 */
function act(app, event, id, last) {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const direction = DIRECTIONS[event.key];
  if (direction && event.shiftKey) return nudge(app, id, direction);
  if (direction) return go(app, id || nodeToEnter(app, last), id ? direction : null);
  if (event.key === "Tab" && id) return leaveGraph(app, event.shiftKey ? -1 : 1);
  if (event.shiftKey && event.key !== "F10") return false;
  if (event.key === "Enter") return id ? enter(app, id) : go(app, nodeToEnter(app, last), null);
  if (!id) return false;
  if (event.key === " " && isShownFocus(/** @type {Element} */ (event.target))) return select(app, id);
  if (event.key === "Escape") return comeOut(app);
  if (event.key === "ContextMenu" || event.key === "F10") return openMenu(app, id, event);
  return false;
}

/** @param {App} app @param {string} id @param {import("../geometry/nearest.js").Direction | null} direction */
function go(app, id, direction) {
  const { nodes } = app.canvas.index;
  const from = nodes.get(id);
  const next = from && direction ? nearestIn(nodes.values(), from, direction) : from;
  if (next) focusNode(app, next.id);
  return true;
}

/** Move a node, or all that are selected with it. @param {App} app @param {string} id @param {import("../geometry/nearest.js").Direction} direction */
function nudge(app, id, direction) {
  const { tab } = app;
  const { nodes } = tab.selection;
  const chosen = id && !nodes.has(id) ? [id] : [...nodes];
  const ids = chosen.filter((each) => tab.graph.nodes[each] && !isPinned(tab.graph.nodes[each]));
  if (!ids.length) return false;
  const step = direction === "left" || direction === "up" ? -STEP : STEP;
  const [dx, dy] = direction === "left" || direction === "right" ? [step, 0] : [0, step];
  tab.store.commit("edit.move", moveNodes(tab.level, tab.graph, ids, dx, dy), `nudge ${ids}`);
  const [x, y] = tab.graph.nodes[ids[0]].place ?? [0, 0];
  app.say(t("focus.moved", { x, y }));
  return true;
}

/** Go into a node: its first field, or its inside. @param {App} app @param {string} id */
function enter(app, id) {
  const view = /** @type {import("../surface/node-view.js").NodeView | undefined} */ (
    app.canvas.surface.mounting.views.get(id)
  );
  if (view?.enter()) return true;
  const button = view?.element.querySelector("button");
  if (button) button.focus({ preventScroll: true });
  else app.commands.run(app, "subgraph.enter", { node: { id } });
  return true;
}

/** @param {App} app @param {string} id */
function select(app, id) {
  app.tab.selection.toggle(id);
  return true;
}

/** Leave a node for the graph; from there Escape means what it means elsewhere. @param {App} app */
function comeOut(app) {
  if (!app.tab.selection.isEmpty) app.tab.selection.clear();
  else if (!app.commands.run(app, "subgraph.leave")) return false;
  return true;
}

/** @param {App} app @param {string} id @param {KeyboardEvent} event */
function openMenu(app, id, event) {
  const node = app.canvas.index.nodes.get(id);
  const { left, bottom } = /** @type {Element} */ (event.target).getBoundingClientRect();
  if (!app.tab.selection.nodes.has(id)) app.tab.selection.set({ nodes: [id] });
  return app.commands.run(app, "menu.open", {
    hit: { kind: "header", node },
    event: { clientX: left, clientY: bottom, target: event.target },
  });
}

/** Go to what comes after the graph, or before it. @param {App} app @param {1 | -1} way */
function leaveGraph(app, way) {
  const { host } = app.canvas.surface;
  const all = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(FOCUSABLE)]).filter(
    (each) => each === host || (!host.contains(each) && each.checkVisibility() && !each.closest("[inert]")),
  );
  const next = all[all.indexOf(host) + way] ?? all.at(way > 0 ? 0 : -1);
  next?.focus();
  return true;
}

/** In a node's fields, Tab goes round and Escape comes out. @param {App} app @param {KeyboardEvent} event */
function onFieldKey(app, event) {
  const target = /** @type {HTMLElement} */ (event.target);
  const node = /** @type {HTMLElement | null} */ (isInGraph(app, target) ? target.closest(".node") : null);
  if (!node || node === target || event.defaultPrevented || isBusy(app)) return;
  if (event.key === "Escape") node.focus({ preventScroll: true });
  else if (event.key === "Tab" && isShownFocus(target)) goRound(node, target, event.shiftKey ? -1 : 1);
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

/** @param {HTMLElement} node @param {HTMLElement} from @param {1 | -1} way */
function goRound(node, from, way) {
  const all = /** @type {HTMLElement[]} */ ([...node.querySelectorAll(FOCUSABLE)]).filter(
    (each) => each.tabIndex >= 0 && each.checkVisibility(),
  );
  (all[all.indexOf(from) + way] ?? node).focus({ preventScroll: true });
}

/** @param {App} app @param {FocusEvent} event @param {{ last: string, key: string }} way */
function onFocus(app, event, way) {
  const target = /** @type {HTMLElement} */ (event.target);
  if (!isInGraph(app, target)) return;
  const id = focusedNode(target);
  const isFromOutside = !isInGraph(app, event.relatedTarget);
  if (isFromOutside && way.key === "Tab") {
    const first = nodeToEnter(app, way.last);
    if (first && target !== app.canvas.surface.mounting.views.get(first)?.element) focusNode(app, first);
  } else if (id) {
    way.last = id;
    app.canvas.hold([id]);
  }
}

/** Tell what is selected, once it has not changed for a moment in which nothing else was done. @param {App} app */
function saySelection(app) {
  let before = 0;
  effect(() => {
    const tab = app.workspace.active.value;
    const count = tab?.selection.now.value.nodes.size ?? 0;
    const [id] = tab?.selection.now.peek().nodes ?? [];
    if (!count && !before) return;
    const had = before;
    before = count;
    app.voice.sayLater(() => selectionText(app, { count, had, id }), SAY_AFTER_MS);
  });
}

/** @param {App} app @param {{ count: number, had: number, id: string }} selected  had: how many were before */
function selectionText(app, { count, had, id }) {
  const last = app.tab.store.history.done.at(-1);
  const isDeleted = last && DELETING.has(last.label) && Date.now() - last.time < 2 * SAY_AFTER_MS;
  if (!count && isDeleted) return t("focus.deleted", { count: had });
  if (count !== 1) return t(count ? "focus.selected-many" : "focus.selected-none", { count });
  const placed = app.canvas.index.nodes.get(id);
  return t("focus.selected-one", { name: placed ? placed.node.title || placed.spec.title : id });
}

const DELETING = new Set(["edit.delete", "edit.heal", "edit.cut-out"]);
