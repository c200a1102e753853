// @ts-check
/** Subgraphs: make, enter, leave, unpack, expose. */

import { toScreen } from "../geometry/camera.js";
import { t } from "../i18n.js";
import { graphAt } from "../model/document.js";
import { exposedOutputIndex, toggleOutput } from "../model/edits/exposed-outputs.js";
import { deleteDefinitions, makeSubgraph, makeUnique } from "../model/edits/subgraphs.js";
import { unpackSubgraph } from "../model/edits/unpacking.js";
import { specOf } from "../model/schema.js";
import { definitionOf, enterable, instancesOf, unusedDefinitions } from "../model/subgraphs.js";

/** @typedef {import("../app.js").App} App */

/** @type {import("./registry.js").Command[]} */
export const GRAPHS = [
  {
    id: "subgraph.make",
    group: "graph",
    keys: ["Ctrl+Shift+E"],
    menus: ["node"],
    when: (app, argument) => chosenNodes(app, argument).length > 0,
    run: make,
  },
  {
    id: "subgraph.enter",
    group: "graph",
    menus: ["node"],
    when: (app, argument) => instance(app, argument) !== "",
    run: (app, argument) => enter(app, instance(app, argument)),
  },
  {
    id: "subgraph.leave",
    group: "graph",
    keys: ["Escape"],
    when: (app) => app.tab.way.peek().length > 0,
    run: (app) => leaveTo(app, app.tab.way.peek().length - 1),
  },
  {
    id: "subgraph.choose",
    group: "graph",
    menus: ["node", "canvas"],
    when: (app, argument) => shownDefinition(app, argument) !== "",
    run: choose,
  },
  {
    id: "subgraph.unpack",
    group: "graph",
    menus: ["node"],
    when: (app, argument) => instance(app, argument) !== "",
    run: unpack,
  },
  {
    id: "subgraph.unique",
    group: "graph",
    menus: ["node"],
    when: (app, argument) => {
      const definition = definitionOf(app.tab.graph.nodes[instance(app, argument)]);
      return definition !== "" && instancesOf(app.tab.store.document, definition).length > 1;
    },
    run: makeOwn,
  },
  {
    id: "subgraph.clean",
    group: "graph",
    menus: ["main"],
    when: (app) => unusedDefinitions(app.tab.store.document).length > 0,
    run: clean,
  },
  {
    id: "output.expose",
    group: "graph",
    menus: ["socket"],
    when: (app, argument) => app.tab.level !== "" && (argument?.hit ?? argument)?.kind === "output",
    run: exposeOutput,
  },
];

/** Return what a menu was opened on, or else what is selected. @param {App} app @param {any} argument @returns {string[]} */
function chosenNodes(app, argument) {
  const { tab } = app;
  const id = (argument?.hit ?? argument)?.node?.id;
  const chosen = id && !tab.selection.nodes.has(id) ? [id] : [...tab.selection.nodes];
  return chosen.filter((each) => each in tab.graph.nodes);
}

/** Return the one instance that is meant, or "". @param {App} app @param {any} argument */
function instance(app, argument) {
  const { tab } = app;
  const id = (argument?.hit ?? argument)?.node?.id ?? [...tab.selection.nodes][0];
  const isOne = argument !== undefined || tab.selection.nodes.size === 1;
  return isOne && enterable(tab.store.document, tab.graph.nodes[id]) ? id : "";
}

/** Return the definition whose inputs can be chosen: an instance's, or the one that is entered. @param {App} app @param {any} argument */
function shownDefinition(app, argument) {
  const hit = argument?.hit ?? argument;
  if (hit?.kind === "nothing") return app.tab.level;
  return definitionOf(app.tab.graph.nodes[instance(app, argument)]) || (hit ? "" : app.tab.level);
}

/** @param {App} app @param {any} argument */
function make(app, argument) {
  const { tab } = app;
  const { document } = tab.store;
  const nodes = chosenNodes(app, argument);
  const frames = [...tab.selection.now.peek().frames];
  const word = frames.length === 1 ? tab.graph.frames?.[frames[0]]?.title : "";
  const title = freeTitle(document, word || t("subgraph.untitled"));
  const made = makeSubgraph(document, app.schema.peek(), tab.level, { nodes, frames }, { title });
  tab.store.commit("edit.subgraph", made.patches);
  tab.selection.set({ nodes: [made.id] });
  app.say(t("say.subgraph", { count: nodes.length, title }));
  app.notices.tell(t("subgraph.made", { title, count: nodes.length }), "good", {
    label: t("subgraph.choose"),
    run: () => app.commands.run(app, "subgraph.choose"),
  });
}

/** @param {import("../model/document.js").WorkflowDocument} document @param {string} wanted */
function freeTitle(document, wanted) {
  const taken = new Set(Object.values(document.subgraphs ?? {}).map((each) => each.title));
  let title = wanted;
  for (let count = 2; taken.has(title); count += 1) title = `${wanted} ${count}`;
  return title;
}

/** Show the inside of an instance. @param {App} app @param {string} id */
function enter(app, id) {
  const { tab } = app;
  const title = nameOf(app, id);
  tab.selection.clear();
  tab.way.value = [...tab.way.peek(), id];
  app.canvas.surface.host.focus({ preventScroll: true });
  app.say(t("say.entered", { title }));
}

/** Come out to a level of the way; where one was is selected. @param {App} app @param {number} depth */
export function leaveTo(app, depth) {
  const { tab } = app;
  const way = tab.way.peek();
  if (depth >= way.length) return;
  tab.selection.clear();
  tab.way.value = way.slice(0, depth);
  if (tab.graph.nodes[way[depth]]) tab.selection.set({ nodes: [way[depth]] });
  app.say(t("say.left", { title: depth ? (tab.graph.title ?? "") : tab.title.peek() || t("subgraph.top") }));
}

/** @param {App} app @param {string} id */
function nameOf(app, id) {
  const { tab } = app;
  const node = tab.graph.nodes[id];
  return node.title || specOf(app.schema.peek(), tab.store.document, node).title;
}

/** Open the window in which one says what instances show. @param {App} app @param {any} argument */
function choose(app, argument) {
  const id = instance(app, argument);
  const placed = id ? app.canvas.index.nodes.get(id) : null;
  const host = app.canvas.surface.host.getBoundingClientRect();
  const pixel = placed
    ? toScreen(app.canvas.camera, { x: placed.x + placed.width, y: placed.y })
    : { x: host.width / 2, y: 48 };
  const at = { x: Math.max(8, host.left + pixel.x + 12), y: Math.max(8, host.top + pixel.y) };
  app.overlays.show({ kind: "subgraph", at, given: { id: shownDefinition(app, argument) } });
}

/** @param {App} app @param {any} argument */
function unpack(app, argument) {
  const { tab } = app;
  const id = instance(app, argument);
  const title = nameOf(app, id);
  const { patches, nodes } = unpackSubgraph(tab.store.document, app.schema.peek(), tab.level, id);
  tab.store.commit("edit.unpack", patches);
  tab.selection.set({ nodes });
  app.say(t("say.unpacked", { title, count: nodes.length }));
}

/** @param {App} app @param {any} argument */
function makeOwn(app, argument) {
  const { tab } = app;
  const id = instance(app, argument);
  const { document } = tab.store;
  const old = graphAt(document, definitionOf(tab.graph.nodes[id])).title || t("subgraph.untitled");
  tab.store.commit("edit.unique", makeUnique(document, tab.level, id, freeTitle(document, old)));
}

/** @param {App} app */
async function clean(app) {
  const { confirm } = await import("../ui/dialog.js");
  const { store } = app.tab;
  const ids = unusedDefinitions(store.document);
  const names = ids.map((id) => store.document.subgraphs?.[id].title || id).join(", ");
  const isSure = await confirm(app, {
    title: t("subgraph.clean-title"),
    text: t("subgraph.clean-text", { names }),
    action: t("subgraph.clean"),
    isDangerous: true,
  });
  if (isSure) store.commit("edit.clean", deleteDefinitions(ids));
}

/** @param {App} app @param {any} argument */
function exposeOutput(app, argument) {
  const { tab } = app;
  const { node, output } = argument?.hit ?? argument;
  const isExposed = exposedOutputIndex(tab.graph, node.id, output) >= 0;
  const label = node.box.outputs[output]?.name ?? "";
  const patches = toggleOutput(tab.store.document, tab.level, node.id, output, label);
  tab.store.commit(isExposed ? "edit.unexpose" : "edit.expose", patches);
}
