// @ts-check
/** Edits of a whole document, as patches: another version in its place. */

import { admitted } from "../admitting.js";
import { isSame } from "../same.js";

/** @typedef {import("../document.js").WorkflowDocument} WorkflowDocument */
/** @typedef {import("../patches.js").Patch} Patch */

/**
 * Put another version in a document's place; what the two share stays.
 * @param {WorkflowDocument} before @param {WorkflowDocument} theirs @returns {Patch[]}
 */
export function replaceBy(before, theirs) {
  const after = admitted(theirs);
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys]
    .filter((key) => !isSame(before[key], after[key]))
    .map((key) => ({ path: [key], value: after[key] }));
}
