// @ts-check
/** Aligning, distributing, laying out. */

import { aligned, distributed } from "../model/edits/arrange.js";
import { isPinned } from "../model/looks.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("./registry.js").Command} Command */

/** @param {App} app */
const chosen = ({ canvas, tab }) =>
  [...canvas.index.nodes.values()].filter(({ id, node }) => tab.selection.nodes.has(id) && !isPinned(node));

/** @param {number} least @returns {(app: App) => boolean} */
const hasAtLeast = (least) => (app) => app.tab.selection.nodes.size >= least;

/** @type {readonly { side: import("../model/edits/arrange.js").Side, key: string }[]} */
const SIDES = [
  { side: "left", key: "Shift+ArrowLeft" },
  { side: "center", key: "Ctrl+Shift+H" },
  { side: "right", key: "Shift+ArrowRight" },
  { side: "top", key: "Shift+ArrowUp" },
  { side: "middle", key: "Ctrl+Shift+M" },
  { side: "bottom", key: "Shift+ArrowDown" },
];

/** @type {Command[]} */
const ALIGNING = SIDES.map(({ side, key }) => ({
  id: `arrange.${side}`,
  group: "edit",
  keys: [key],
  when: hasAtLeast(2),
  run: (app) => app.tab.store.commit("edit.align", aligned(app.tab.level, app.tab.graph, chosen(app), side)),
}));

/** @type {Command[]} */
const DISTRIBUTING = /** @type {const} */ (["horizontal", "vertical"]).map((way) => ({
  id: `arrange.${way}`,
  group: "edit",
  when: hasAtLeast(3),
  run: (app) =>
    app.tab.store.commit("edit.distribute", distributed(app.tab.level, app.tab.graph, chosen(app), way)),
}));

/** @type {Command[]} */
export const ARRANGE = [
  ...ALIGNING,
  ...DISTRIBUTING,
  {
    id: "arrange.layout",
    group: "edit",
    keys: ["L"],
    menus: ["canvas", "main"],
    run: async (app) => (await import("../ui/arranging.js")).arrange(app),
  },
];
