// @ts-check
/** Values that a run sets in a document, as the API takes them. */

import { pathIn } from "./document.js";
import { applied } from "./patches.js";

/** @typedef {import("./document.js").WorkflowDocument} WorkflowDocument */

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
