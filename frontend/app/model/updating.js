// @ts-check
/** What becomes of a node when it takes the present version of its type. */

import { isSame } from "./same.js";
import { inputsOf } from "./schema.js";

/** @typedef {import("./document.js").Node} Node */
/** @typedef {import("./schema.js").NodeSpec} NodeSpec */
/** @typedef {{ input: string, kind: "new" | "gone" | "changed", before?: unknown, after?: unknown }} ValueChange */

/**
 * @param {Node} node @param {NodeSpec} spec  as it is now
 * @param {Record<string, unknown>} migrated  its values as the server's own steps change them
 * @returns {{ node: Node, changes: ValueChange[] }}
 */
export function updated(node, spec, migrated) {
  const before = node.values ?? {};
  const known = inputsOf(spec, { ...node, values: { ...before, ...migrated } });
  /** @type {Record<string, unknown>} */
  const values = {};
  for (const { name, widget } of known) {
    const value = news(before[name], migrated[name]) ?? widget?.default;
    if (value !== undefined && (widget || name in before)) values[name] = value;
  }
  const names = [...new Set([...Object.keys(before), ...Object.keys(values)])];
  const changes = names
    .filter((name) => !isSame(before[name], values[name]))
    .map((input) => changeOf(input, before[input], values[input]));
  const { values: _, ...rest } = node;
  const whole = Object.keys(values).length ? { ...rest, values } : rest;
  return { node: { ...whole, version: spec.version }, changes };
}

/**
 * What came back is taken where it says something else; numbers that JSON can not hold stay as they are.
 * @param {unknown} old @param {unknown} now
 */
function news(old, now) {
  const isLost = typeof now === "number" && Number.isInteger(now) && !Number.isSafeInteger(now);
  return now === undefined || isLost || String(old) === String(now) ? old : now;
}

/** @param {string} input @param {unknown} before @param {unknown} after @returns {ValueChange} */
function changeOf(input, before, after) {
  const kind = before === undefined ? "new" : after === undefined ? "gone" : "changed";
  return { input, kind, before, after };
}
