// @ts-check
/** How a field of a form reads and writes the document: the values of the nodes behind it. */

import { setExposed } from "../model/edits/exposed.js";
import { setControl } from "../model/edits/nodes.js";
import { shownValue } from "../model/schema.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../model/document.js").ExposedInput} ExposedInput */

/** @typedef {{ tab: import("../state/tab.js").Tab }} Place */

/**
 * Write a value where an exposed input leads; typing becomes one entry of the history.
 * @param {Place} place @param {ExposedInput} exposed @param {unknown} value @param {{ isTyping?: boolean, label?: string }} [how]
 */
export function writeExposed({ tab }, exposed, value, { isTyping = false, label = "edit.value" } = {}) {
  const merge = isTyping ? exposed.targets.flat().join(".") : undefined;
  tab.store.commit(label, setExposed("", exposed, value), merge);
}

/** @param {Place} place @param {ExposedInput} exposed @param {string} control */
export function writeControl({ tab }, exposed, control) {
  const patches = exposed.targets.flatMap(([node, input]) => setControl("", node, input, control));
  tab.store.commit("edit.control", patches);
}

/**
 * Return what a widget of the graph needs to work in the form. It stays with the tab that was shown: what
 * comes late, as a picture that is uploaded, goes into no other, and makes no node of one that is gone.
 * @param {App} app @param {import("./fields.js").FormField} field @returns {import("../widgets/registry.js").Control}
 */
export function controlFor(app, { exposed, input, nodeId, label }) {
  const known = /** @type {import("../model/schema.js").Input} */ (input);
  const { tab } = app;
  const node = () => tab.store.document.nodes[nodeId];
  return {
    input: known,
    nodeId,
    app,
    label,
    zoom: () => 1,
    get: () => shownValue(node() ?? { type: "" }, known),
    set: (value, how) => {
      if (node()) writeExposed({ tab }, exposed, value, how);
    },
    control: {
      get: () => node()?.controls?.[known.name] ?? "fixed",
      set: (value) => {
        if (node()) writeControl({ tab }, exposed, value);
      },
    },
  };
}
