// @ts-check
/** What can be done with a line of the outline; the graph shows the line's level then. */

import { inputSocket, outputSocket } from "../../commands/link-options.js";
import { placedAt } from "../../gestures/rail-links.js";
import { t } from "../../i18n.js";
import { pathIn } from "../../model/document.js";
import { withoutWays } from "../../model/edits/dots.js";
import { removeExposed } from "../../model/edits/exposed-outputs.js";
import { disconnect } from "../../model/edits/links.js";
import { feedFromOutside, keepInside } from "../../model/edits/rails.js";
import { isRail } from "../../model/subgraphs.js";
import { goToNode } from "../../ui/go-to.js";

/** @typedef {import("../../app.js").App} App */
/** @typedef {import("../../model/outline.js").Row} Row */

/** Show the level of a line. @param {App} app @param {Row} row */
function reach(app, row) {
  const { tab } = app;
  if (tab.way.peek().join(":") !== row.way.join(":")) {
    tab.selection.clear();
    tab.way.value = row.way;
  }
  return placedAt(app, row.id);
}

/** Return what a line is about, as gestures and menus say it. @param {App} app @param {Row} row */
function hitOf(app, row) {
  const node = reach(app, row);
  if (!node) return null;
  if (row.input) return inputSocket(node, row.input.name);
  if (row.output !== undefined) return outputSocket(node, row.output);
  return { kind: /** @type {const} */ ("header"), node };
}

/** @param {App} app @param {Row} row @param {boolean} [isToggled] */
export function selectRow(app, row, isToggled = false) {
  reach(app, row);
  const { selection } = app.tab;
  if (isRail(row.id)) return;
  if (isToggled) selection.toggle(row.id);
  else selection.set({ nodes: [row.id] });
}

/** Bring a line's node into view. @param {App} app @param {Row} row */
export function goTo(app, row) {
  const rail = isRail(row.id) && reach(app, row);
  if (rail) app.canvas.lookAt(rail);
  else goToNode(app, [...row.way, row.id].join(":"));
}

/** Do what a line is for: a node is gone to, a value is edited, a socket is linked. @param {App} app @param {Row} row */
export function actOn(app, row) {
  if (row.kind === "node" || row.kind === "rail") return void goTo(app, row);
  selectRow(app, row);
  if (row.input?.widget && !row.linked) app.panels.show("inspector");
  else connectRow(app, row);
}

/** @param {App} app @param {Row} row */
export function connectRow(app, row) {
  const hit = hitOf(app, row);
  if (hit) app.commands.run(app, "link.connect", { hit });
}

/** What can be done with the socket of a rail is what it can be linked to. @param {App} app @param {Row} row @param {Event} event */
export function openMenu(app, row, event) {
  if (isRail(row.id)) return connectRow(app, row);
  const hit = hitOf(app, row);
  const target = /** @type {Element} */ (event.currentTarget ?? event.target);
  if (!hit) return;
  if (!app.tab.selection.nodes.has(row.id)) selectRow(app, row);
  const line = document.querySelector(`[data-key="${CSS.escape(row.key)}"]`) ?? target;
  const { right, bottom } = line.getBoundingClientRect();
  app.commands.run(app, "menu.open", { hit, event: { clientX: right - 40, clientY: bottom, target } });
}

/** @param {App} app @param {Row} row */
export async function renameRow(app, row) {
  const { prompt } = await import("../../ui/dialog.js");
  reach(app, row);
  const { tab } = app;
  const node = tab.graph.nodes[row.id];
  if (!node) return;
  const label = t("inspector.title");
  const value = node.title || nodeTitle(app, row);
  const title = await prompt(app, { title: t("outline.rename"), label, value });
  if (title !== null && title !== value)
    tab.store.commit("edit.rename", [
      { path: pathIn(tab.level, "nodes", row.id, "title"), value: title || undefined },
    ]);
}

/** @param {App} app @param {Row} row */
const nodeTitle = (app, row) => app.canvas.index.nodes.get(row.id)?.spec.title ?? row.label;

/** What ends with a line that is deleted: a link, or what a subgraph takes in or gives out. @param {App} app @param {Row} row */
function endOf({ tab }, { id, input, output, linked, fed, label }) {
  const { level, graph } = tab;
  const { document } = tab.store;
  if (!isRail(id)) {
    if (!input) return [];
    if (fed !== undefined) return feedFromOutside(document, level, [id, input.name], -1);
    if (!linked) return [];
    return [
      ...disconnect(level, id, input.name),
      ...withoutWays(level, graph, [{ node: id, input: input.name }]),
    ];
  }
  if (!label) return [];
  if (input) return keepInside(document, level, Number(input.name));
  const exposed = graph.inputs?.[output ?? -1];
  return exposed ? removeExposed(document, level, exposed.name) : [];
}

/** A node is deleted, the link of an input ends. @param {App} app @param {Row} row */
export function deleteRow(app, row) {
  reach(app, row);
  const { tab } = app;
  if (row.kind === "node") {
    tab.selection.set({ nodes: [row.id] });
    app.commands.run(app, "edit.delete");
    app.say(t("say.deleted", { name: row.label }));
    return;
  }
  const ended = endOf(app, row);
  if (!ended.length) return;
  tab.store.commit("edit.unlink", ended);
  app.say(t("say.unlinked-from", { name: row.fed ?? row.linked ?? row.label }));
}
