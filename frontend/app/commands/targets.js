// @ts-check
/** What a command is about: what a menu was opened on, else what is selected. */

import { loadOf } from "../gestures/load.js";
import { NOTHING } from "../state/selection.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../geometry/hit-test.js").Hit} Hit */
/** @typedef {import("../state/selection.js").Selected} Selected */

/** @param {any} argument @returns {Hit | undefined} what a menu was opened on */
export const hitOf = (argument) => argument?.hit ?? (argument?.kind ? argument : undefined);

/**
 * Return what is selected; what a menu was opened on, when that is not selected.
 * @param {App} app @param {any} [argument] @returns {Selected}
 */
export function chosen(app, argument) {
  const selected = app.tab.selection.now.peek();
  const hit = hitOf(argument);
  if (!hit) return selected;
  if ("node" in hit)
    return selected.nodes.has(hit.node.id) ? selected : { ...NOTHING, nodes: new Set([hit.node.id]) };
  if (hit.kind === "frame" || hit.kind === "frame-corner")
    return selected.frames.has(hit.index) ? selected : { ...NOTHING, frames: new Set([hit.index]) };
  if (hit.kind === "note")
    return selected.notes.has(hit.id) ? selected : { ...NOTHING, notes: new Set([hit.id]) };
  if (hit.kind === "dot")
    return selected.dots.has(hit.id) ? selected : { ...NOTHING, dots: new Set([hit.id]) };
  return selected;
}

/** Return the nodes among them, those in chosen frames too. @param {App} app @param {any} [argument] @returns {string[]} */
export function chosenNodes(app, argument) {
  const { nodes, frames } = chosen(app, argument);
  if (!frames.size) return [...nodes];
  return [...new Set([...nodes, ...framedNodes(app, frames)])];
}

/** @param {App} app @param {ReadonlySet<number>} frames @returns {string[]} pinned ones too */
export const framedNodes = (app, frames) => loadOf(app.canvas.index, { ...NOTHING, frames }, true).nodes;

/** @param {App} app @param {any} [argument] */
export const hasNodes = (app, argument) => chosenNodes(app, argument).length > 0;
