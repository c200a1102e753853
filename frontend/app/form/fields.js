// @ts-check
/** What the form of a workflow has: its exposed inputs, with what feeds them, by group. */

import { inputNamed, shownValue, specOf } from "../model/schema.js";

/** @typedef {import("../model/document.js").WorkflowDocument} WorkflowDocument */
/** @typedef {import("../model/document.js").ExposedInput} ExposedInput */
/** @typedef {import("../model/schema.js").Input} Input */
/** @typedef {import("../model/schema.js").Schema} Schema */
/**
 * @typedef {{
 *   exposed: ExposedInput, label: string, help: string, nodeId: string, input: Input | null, value: any,
 *   control: string, isLinked: boolean,
 * }} FormField  input: null when nobody knows it; control: what happens to the value after a run
 */
/** @typedef {{ title: string, fields: FormField[] }} FormGroup */

/** Say whether a workflow has a form. @param {WorkflowDocument} document */
export const hasForm = (document) => Boolean(document.inputs?.length);

/**
 * Return the groups of a form, in the order in which their first inputs stand.
 * @param {WorkflowDocument} document @param {Schema} schema @returns {FormGroup[]}
 */
export function formGroups(document, schema) {
  /** @type {Map<string, FormField[]>} */
  const groups = new Map();
  for (const exposed of document.inputs ?? []) {
    const title = exposed.group ?? "";
    groups.set(title, [...(groups.get(title) ?? []), fieldOf(document, schema, exposed)]);
  }
  return [...groups].map(([title, fields]) => ({ title, fields }));
}

/** @param {WorkflowDocument} document @param {Schema} schema @param {ExposedInput} exposed @returns {FormField} */
function fieldOf(document, schema, exposed) {
  const [nodeId = "", name = ""] = exposed.targets[0] ?? [];
  const node = document.nodes[nodeId];
  const input = (node && inputNamed(specOf(schema, document, node), node, name)) ?? null;
  return {
    exposed,
    nodeId,
    input,
    label: exposed.label || input?.label || exposed.name,
    help: exposed.description || input?.tooltip || "",
    value: node && input ? shownValue(node, input) : undefined,
    control: node?.controls?.[name] ?? "fixed",
    isLinked: node?.links?.[name] !== undefined,
  };
}

/** Say whether a field needs the whole width. @param {FormField} field */
export const isWide = ({ input, isLinked }) =>
  !input?.widget ||
  isLinked ||
  ["text", "any", "file"].includes(input.widget.kind) ||
  Boolean(input.widget.control || input.widget.upload || input.widget.many || input.widget.display);
