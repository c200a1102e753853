// @ts-check
/** The palette of eight for nodes, frames and notes. */

import { setFrames } from "../model/edits/frames.js";
import { setField } from "../model/edits/nodes.js";
import { setNotes } from "../model/edits/notes.js";
import { HUES } from "../model/looks.js";
import { pointerOf } from "../ui/pointer.js";
import { chosen } from "./targets.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../state/selection.js").Selected} Selected */

/** @param {App} app @param {any} [argument] */
const isPaintable = (app, argument) => {
  const { nodes, frames, notes } = chosen(app, argument);
  return nodes.size + frames.size + notes.size > 0;
};

/** @param {App} app @param {string | undefined} color @param {Selected} selected */
export function paint({ tab }, color, { nodes, frames, notes }) {
  const { level, graph } = tab;
  const value = /** @type {const} */ ({ color });
  tab.store.commit("edit.color", [
    ...setField(level, nodes, "color", color ?? foreignColor(graph, nodes)),
    ...setFrames(level, graph, new Map([...frames].map((index) => [index, value]))),
    ...setNotes(level, graph, new Map([...notes].map((id) => [id, value]))),
  ]);
}

/** A colour that the imported file gave is taken away by saying "none". @param {import("../model/document.js").Graph} graph @param {ReadonlySet<string>} nodes */
const foreignColor = (graph, nodes) =>
  [...nodes].some((id) => graph.nodes[id]?.foreign?.node?.color) ? "none" : undefined;

/** @type {import("./registry.js").Command[]} */
export const COLORS = [
  {
    id: "node.color",
    group: "node",
    menus: ["node", "frame"],
    when: isPaintable,
    run: (app, argument) => {
      const { event } = argument ?? {};
      const at = event ? { x: event.clientX, y: event.clientY } : pointerOf(app).client;
      app.overlays.show({ kind: "colors", at, given: { selected: chosen(app, argument) } });
    },
  },
  ...[...HUES, "none"].map((hue) => ({
    id: `color.${hue}`,
    group: /** @type {const} */ ("node"),
    when: isPaintable,
    run: (/** @type {App} */ app, /** @type {any} */ argument) =>
      paint(app, hue === "none" ? undefined : hue, chosen(app, argument)),
  })),
];
