// @ts-check
/** Shows what undo and redo have changed: its level, the nodes, and the part of the graph where they lie. */

import { around, meet } from "../geometry/camera.js";
import { changedNodes, wayInto } from "../model/changed.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../model/patches.js").Patch} Patch */

/** @param {App} app @param {readonly Patch[]} patches  as they were applied */
export function showChange(app, patches) {
  const { tab } = app;
  const levels = changedNodes(patches);
  const [first] = levels.keys();
  if (first === undefined || tab.face.peek() !== "graph") return;
  if (!levels.has(tab.level)) {
    const way = wayInto(tab.store.document, first);
    if (!way) return;
    tab.selection.clear();
    tab.way.value = way;
  }
  const nodes = [...(levels.get(tab.level) ?? [])].filter((id) => Object.hasOwn(tab.graph.nodes, id));
  bringIntoView(app, nodes);
}

/** One who sees some of it is left where one is. @param {App} app @param {readonly string[]} nodes */
function bringIntoView({ canvas, tab }, nodes) {
  const boxes = nodes.flatMap((id) => canvas.index.nodes.get(id) ?? []);
  const { camera, size } = canvas.surface;
  const seen = {
    x: camera.x,
    y: camera.y,
    width: size.width / camera.zoom,
    height: size.height / camera.zoom,
  };
  if (!boxes.length || boxes.some((each) => meet(seen, each))) return;
  const box = around(boxes);
  if (box) canvas.lookAt(box);
  tab.selection.set({ nodes });
}
