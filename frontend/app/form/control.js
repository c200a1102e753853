// @ts-check
/** How a field of a form reads and writes the document: the values of the nodes behind it. */

import { setExposed } from "../model/edits/exposed.js";
import { setControl } from "../model/edits/nodes.js";
import { shownValue } from "../model/schema.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../model/document.js").ExposedInput} ExposedInput */

/**
 * Write a value where an exposed input leads; typing becomes one entry of the history.
 * @param {App} app @param {ExposedInput} exposed @param {unknown} value @param {{ isTyping?: boolean, label?: string }} [how]
 */
export function writeExposed(app, exposed, value, { isTyping = false, label = "edit.value" } = {}) {
  const merge = isTyping ? exposed.targets.flat().join(".") : undefined;
  app.tab.store.commit(label, setExposed("", exposed, value), merge);
}

/** @param {App} app @param {ExposedInput} exposed @param {string} control */
export function writeControl(app, exposed, control) {
  const patches = exposed.targets.flatMap(([node, input]) => setControl("", node, input, control));
  app.tab.store.commit("edit.control", patches);
}

/**
 * Return what a widget of the graph needs to work in the form.
 * @param {App} app @param {import("./fields.js").FormField} field @returns {import("../widgets/registry.js").Control}
 */
export function controlFor(app, { exposed, input, nodeId, label }) {
  const known = /** @type {import("../model/schema.js").Input} */ (input);
  const node = () => app.tab.store.document.nodes[nodeId];
  return {
    input: known,
    nodeId,
    app,
    label,
    zoom: () => 1,
    get: () => shownValue(node(), known),
    set: (value, how) => writeExposed(app, exposed, value, how),
    control: {
      get: () => node().controls?.[known.name] ?? "fixed",
      set: (value) => writeControl(app, exposed, value),
    },
  };
}
