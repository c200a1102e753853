// @ts-check
/** Adds a node as a person does it: one entry of the history, selected, said. */

import { t } from "../i18n.js";
import { insertNode } from "../model/edits/insert.js";
import { rememberUse } from "../state/habits.js";

/**
 * @param {import("../app.js").App} app @param {import("../model/schema.js").NodeSpec} spec
 * @param {import("../geometry/camera.js").Point} at  in the graph
 * @param {{ from?: import("../geometry/hit-test.js").Socket | null, values?: Record<string, unknown> }} [how]
 *   from: the socket that it is linked to
 * @returns {string} its id
 */
export function addNodeOf(app, spec, at, { from = null, values } = {}) {
  const { tab, canvas } = app;
  const taken = [...canvas.index.nodes.values()];
  const { patches, id } = insertNode(tab.level, tab.graph, spec, at, { taken, from, values });
  tab.store.commit("edit.add", patches);
  tab.selection.set({ nodes: [id] });
  rememberUse(spec.id);
  app.say(t("say.added", { title: spec.title }));
  return id;
}
