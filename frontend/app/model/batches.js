// @ts-check
/** What a batch sets: which inputs there are to choose from, and what is typed, as the API takes it. */

import { hasWidget } from "../geometry/node-box.js";
import { inputNamed, inputsOf, specOf } from "./schema.js";

/** @typedef {import("./document.js").WorkflowDocument} WorkflowDocument */
/** @typedef {import("./schema.js").Schema} Schema */
/** @typedef {import("./schema.js").Widget} Widget */
/** @typedef {{ name: string, label: string, group: string, widget: Widget }} Choice  name: as the API takes it */
/** @typedef {{ input: string, text: string }} GridRow */
/**
 * @typedef {{
 *   hasSeeds: boolean, count: number, start: string, seed: string, grid: readonly GridRow[], table: string,
 *   folder: string, folderInput: string, folderCount: number,
 * }} Typed  folder: below the input folder, "" is none; folderCount: files in it
 */

/**
 * Return what a batch can set: exposed inputs, then all others.
 * @param {WorkflowDocument} document @param {Schema} schema @param {string} exposedWord  heading of the exposed ones
 * @returns {Choice[]}
 */
export function choicesOf(document, schema, exposedWord) {
  const exposed = (document.inputs ?? []).flatMap(({ name, label, targets }) => {
    const [id, input] = targets[0] ?? ["", ""];
    const node = document.nodes[id];
    const widget = node && inputNamed(specOf(schema, document, node), node, input)?.widget;
    return widget ? [{ name, label: label || name, group: exposedWord, widget }] : [];
  });
  const others = Object.entries(document.nodes).flatMap(([id, node]) => {
    const spec = specOf(schema, document, node);
    return inputsOf(spec, node)
      .filter((each) => hasWidget(each) && !node.links?.[each.name])
      .map((each) => ({
        name: `${id}.${each.name}`,
        label: each.label || each.name,
        group: node.title || spec.title,
        widget: /** @type {Widget} */ (each.widget),
      }));
  });
  return [...exposed, ...others];
}

/** Say whether a value is a seed. @param {Choice} choice */
export const isSeed = ({ widget }) => widget.kind === "int" && Boolean(widget.control);

/** Say whether a value is a picture's file. @param {Choice} choice */
export const isPicture = ({ widget }) => widget.upload === "image";

/**
 * Return the values that are typed: one a line for texts, else also with commas between them.
 * @param {string} text @param {Widget} widget @returns {unknown[]}
 */
export function valuesIn(text, widget) {
  const parts = text.split(widget.kind === "text" ? "\n" : /[,\n]/).map((each) => each.trim());
  return parts.filter(Boolean).map((each) => valueIn(each, widget));
}

/** @param {string} text @param {Widget} widget */
function valueIn(text, widget) {
  if (widget.kind === "bool") return /^(true|yes|on|1)$/i.test(text);
  if (widget.kind !== "int" && widget.kind !== "float") return text;
  const number = Number(text);
  return !Number.isFinite(number) || (widget.kind === "int" && !Number.isSafeInteger(number)) ? text : number;
}

/**
 * Return a batch as the API takes it, and how many runs it makes (0 says nothing yet).
 * @param {Typed} typed @param {readonly Choice[]} choices
 * @returns {{ batch: Record<string, unknown>, count: number }}
 */
export function batchOf(typed, choices) {
  /** @type {Record<string, unknown>} */
  const batch = {};
  /** @type {number[]} */
  const counts = [];
  if (typed.hasSeeds && typed.seed) {
    const start = typed.start.trim();
    batch.seeds = { count: typed.count, input: typed.seed, ...(start && { start }) };
    counts.push(typed.count);
  }
  const grid = typed.grid.flatMap(({ input, text }) => {
    const choice = choices.find((each) => each.name === input);
    const values = choice ? valuesIn(text, choice.widget) : [];
    return values.length ? [/** @type {[string, unknown[]]} */ ([input, values])] : [];
  });
  if (grid.length) batch.grid = Object.fromEntries(grid);
  counts.push(...Object.values(batch.grid ?? {}).map((each) => each.length));
  if (typed.table.trim()) {
    batch.csv = typed.table;
    counts.push(Math.max(0, rowsIn(typed.table) - 1));
  }
  if (typed.folder && typed.folderInput) {
    batch.folder = { folder: typed.folder, input: typed.folderInput };
    counts.push(typed.folderCount);
  }
  return { batch, count: counts.length ? counts.reduce((all, each) => all * each, 1) : 0 };
}

/** Lines without anything are none, and those in quotes belong to their cell. @param {string} table */
const rowsIn = (table) =>
  table
    .replaceAll(/"(?:[^"]|"")*"/g, "x")
    .split(/\r\n|\r|\n/)
    .filter((line) => /[^,]/.test(line)).length;
