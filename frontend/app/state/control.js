// @ts-check
/** What a widget may do: read and write one value of one node of the level that is shown when it is asked for. */

import { pathIn } from "../model/document.js";
import { valueAt } from "../model/patches.js";
import { shownValue } from "../model/schema.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../model/document.js").Node} Node */

/** Stands for a node that is gone. */
const NONE = { type: "" };

/**
 * What comes late, as a picture that is uploaded, makes no node of one that is gone.
 * @param {App} app @param {string} nodeId @param {import("../model/schema.js").Input} input
 * @returns {import("../widgets/registry.js").Control}
 */
export function controlOf(app, nodeId, input) {
  const { tab } = app;
  const { level } = tab;
  const node = () =>
    /** @type {Node | undefined} */ (valueAt(tab.store.document, pathIn(level, "nodes", nodeId)));
  /** @param {"values" | "controls"} part @param {unknown} value @param {string} label @param {boolean} [isTyping] */
  const write = (part, value, label, isTyping) => {
    const path = pathIn(level, "nodes", nodeId, part, input.name);
    if (node()) tab.store.commit(label, [{ path, value }], isTyping ? path.join(".") : undefined);
  };
  return {
    input,
    nodeId,
    app,
    label: input.label || input.name,
    zoom: () => app.canvas.camera.zoom,
    get: () => shownValue(node() ?? NONE, input),
    set: (value, { isTyping = false, label = "edit.value" } = {}) => write("values", value, label, isTyping),
    control: {
      get: () => node()?.controls?.[input.name] ?? "fixed",
      set: (value) => write("controls", value === "fixed" ? undefined : value, "edit.control"),
    },
  };
}
