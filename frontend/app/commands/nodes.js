// @ts-check
/** Nodes: names, looks, modes, taking them out of the flow. */

import { takingOut } from "../gestures/taking-out.js";
import { t } from "../i18n.js";
import { removeDots } from "../model/edits/dots.js";
import { withInstances } from "../model/edits/exposed-outputs.js";
import { removeFrames } from "../model/edits/frames.js";
import { healed, takenOut } from "../model/edits/healing.js";
import { setField, toggleMode } from "../model/edits/nodes.js";
import { removeNotes } from "../model/edits/notes.js";
import { isCollapsed, isPinned } from "../model/looks.js";
import { COLORS } from "./coloring.js";
import { FRAMES } from "./frames.js";
import { rename } from "./naming.js";
import { chosen, chosenNodes, hasNodes, hitOf } from "./targets.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../model/document.js").Node} Node */

/**
 * Give all a flag, or take it from all when all have it. One that the imported file gave is taken by "false".
 * @param {App} app @param {any} argument @param {"collapsed" | "pinned"} field
 * @param {(node: Node) => boolean} isSet
 */
function toggleFlag({ tab, ...app }, argument, field, isSet) {
  const ids = chosenNodes(/** @type {App} */ ({ tab, ...app }), argument);
  const { level, graph } = tab;
  const isOn = !ids.every((id) => isSet(graph.nodes[id]));
  const patches = ids.flatMap((id) => {
    const isFromFile = isSet({ ...graph.nodes[id], [field]: undefined });
    return setField(level, [id], field, isOn === isFromFile ? undefined : isOn);
  });
  tab.store.commit(`edit.${field}`, patches);
}

/** @param {App} app @param {any} argument @param {"mute" | "bypass"} mode */
function toggle(app, argument, mode) {
  const { tab } = app;
  const ids = chosenNodes(app, argument);
  tab.store.commit(`edit.${mode}`, toggleMode(tab.level, tab.graph, ids, mode));
  app.say(t(tab.graph.nodes[ids[0]]?.mode === mode ? `say.${mode}` : "say.runs", { count: ids.length }));
}

/** @param {App} app @param {any} argument */
function removeHealing(app, argument) {
  const { canvas, tab } = app;
  const { level, graph } = tab;
  const { nodes, dots, frames, notes } = chosen(app, argument);
  const patches = [
    ...removeDots(level, graph, dots),
    ...healed(level, graph, nodes, (node) => canvas.index.specOf(node)),
    ...removeFrames(level, graph, frames),
    ...removeNotes(level, graph, notes),
  ];
  tab.store.commit("edit.heal", withInstances(tab.store.document, level, patches));
}

/** @param {App} app @param {any} argument */
function takeOut(app, argument) {
  const { canvas, tab } = app;
  const ids = new Set(chosenNodes(app, argument));
  tab.store.commit(
    "edit.take-out",
    takenOut(tab.level, tab.graph, ids, (node) => canvas.index.specOf(node)),
  );
}

/** @param {App} app @param {any} argument */
const hasAny = (app, argument) => Object.values(chosen(app, argument)).some((each) => each.size > 0);

/** @type {import("./registry.js").Command[]} */
export const NODES = [
  { id: "node.rename", group: "node", keys: ["F2"], menus: ["node", "frame"], when: hasAny, run: rename },
  {
    id: "node.collapse",
    group: "node",
    keys: ["Alt+C"],
    menus: ["node"],
    when: hasNodes,
    run: (app, argument) => toggleFlag(app, argument, "collapsed", isCollapsed),
  },
  {
    id: "node.pin",
    group: "node",
    keys: ["P"],
    menus: ["node"],
    when: hasNodes,
    run: (app, argument) => toggleFlag(app, argument, "pinned", isPinned),
  },
  {
    id: "node.mute",
    group: "node",
    keys: ["Ctrl+M"],
    menus: ["node", "frame"],
    when: hasNodes,
    run: (app, argument) => toggle(app, argument, "mute"),
  },
  {
    id: "node.bypass",
    group: "node",
    keys: ["Ctrl+B"],
    menus: ["node", "frame"],
    when: hasNodes,
    run: (app, argument) => toggle(app, argument, "bypass"),
  },
  ...COLORS,
  { id: "node.take-out", group: "node", keys: ["X"], menus: ["node"], when: hasNodes, run: takeOut },
  {
    id: "node.take-out-and-move",
    group: "node",
    menus: ["node"],
    when: (app, argument) => app.gestures.isIdle && hasNodes(app, argument),
    run: (app, argument) => app.gestures.begin(takingOut(app, chosenNodes(app, argument))),
  },
  {
    id: "node.heal",
    group: "node",
    keys: ["Ctrl+Delete", "Ctrl+Backspace"],
    menus: ["node"],
    when: hasAny,
    run: removeHealing,
  },
  {
    id: "double-click.header",
    group: "node",
    isHidden: true,
    run: (app, argument) => {
      const hit = hitOf(argument);
      if (hit && "node" in hit) app.canvas.lookAt(hit.node);
    },
  },
  ...FRAMES,
];
