// @ts-check
/** Opens what a job has run, as it ran it. */

import { pathIn } from "../../model/document.js";
import { applied } from "../../model/patches.js";
import { Tab } from "../../state/tab.js";

/** @typedef {import("../../state/queue.js").Job} Job */
/** @typedef {import("../../model/document.js").WorkflowDocument} WorkflowDocument */

/** @param {import("../../app.js").App} app @param {Job} job */
export async function reuse(app, job) {
  const document = await app.api.get(`jobs/${job.id}/document`);
  const tab = new Tab(withValues(document, job.values ?? {}), { saved: null });
  tab.face.value = "graph";
  app.workspace.open(tab);
}

/**
 * Return a document with what a job sets in it: by exposed name or `NODE.input`.
 * @param {WorkflowDocument} document @param {Record<string, unknown>} values @returns {WorkflowDocument}
 */
export function withValues(document, values) {
  const patches = Object.entries(values).flatMap(([name, value]) => {
    const exposed = (document.inputs ?? []).find((each) => each.name === name);
    const targets = exposed?.targets ?? targetIn(document, name);
    return targets.map(([node, input]) => ({ path: pathIn("", "nodes", node, "values", input), value }));
  });
  return applied(document, patches).root;
}

/** Both may hold dots, so the longest id that is there counts. @param {WorkflowDocument} document @param {string} name @returns {[string, string][]} */
function targetIn(document, name) {
  for (let cut = name.lastIndexOf("."); cut > 0; cut = name.lastIndexOf(".", cut - 1)) {
    const node = name.slice(0, cut);
    if (document.nodes[node]) return [[node, name.slice(cut + 1)]];
  }
  return [];
}
