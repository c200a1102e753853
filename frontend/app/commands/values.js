// @ts-check
/** Values of nodes: back to what they are by default. */

import { setValue } from "../model/edits/nodes.js";
import { inputNamed, shownValue, specOf } from "../model/schema.js";
import { isSame } from "../widgets/row.js";
import { meant } from "./inputs.js";

/** @typedef {import("../app.js").App} App */

/** @type {import("./registry.js").Command[]} */
export const VALUES = [
  {
    id: "value.reset",
    group: "node",
    menus: ["node", "socket"],
    when: (app, argument) => changed(app, argument) !== null,
    run: (app, argument) => {
      const found = changed(app, argument);
      if (!found) return;
      const { tab } = app;
      tab.store.commit("edit.reset", setValue(tab.level, found.node, found.input, found.usual));
    },
  },
];

/**
 * Return the value that is meant, where it is another than the default.
 * @param {App} app @param {any} argument  `{ node, input }`, or what a menu was opened on
 */
function changed(app, argument) {
  const found = meant(app, argument);
  if (!found) return null;
  const { tab } = app;
  const node = tab.graph.nodes[found.node];
  const input = inputNamed(specOf(app.schema.peek(), tab.store.document, node), node, found.input);
  const usual = input?.widget?.default;
  if (!input || usual === undefined || node.links?.[input.name]) return null;
  return isSame(shownValue(node, input), usual) ? null : { ...found, usual };
}
