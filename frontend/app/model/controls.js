// @ts-check
/**
 * What happens to values between runs: `controls` of a node says fixed, increment, decrement or
 * randomize. A value that a run has used is changed when the next run is queued; so what one sees is
 * what the last run used, and what one typed, or opened from a picture, is run as it is.
 */

import { graphAt, pathIn } from "./document.js";
import { inputNamed, shownValue, specOf } from "./schema.js";

/** @typedef {import("./document.js").WorkflowDocument} WorkflowDocument */
/** @typedef {import("./schema.js").Widget} Widget */
/** @typedef {import("./schema.js").Schema} Schema */
/** @typedef {(most: bigint) => bigint} Draw  a number from 0 to `most` */
/** @typedef {{ path: readonly string[], name: string, control: string, widget: Widget, value: unknown }} Controlled  name: `NODE.input` at the top, else "" */

const SEED_MAX = 2n ** 64n - 1n;

/** @type {Draw} */
export function drawn(most) {
  const [high, low] = crypto.getRandomValues(new BigUint64Array(2));
  return ((high << 64n) | low) % (most + 1n);
}

/**
 * Return the values that change between runs.
 * @param {WorkflowDocument} document @param {Schema} schema @returns {Controlled[]}
 */
export function controlledValues(document, schema) {
  const levels = ["", ...Object.keys(document.subgraphs ?? {})];
  return levels.flatMap((level) => {
    const { nodes } = graphAt(document, level);
    return Object.entries(nodes).flatMap(([id, node]) => {
      if (!node.controls) return [];
      return Object.entries(node.controls).flatMap(([name, control]) => {
        const input = inputNamed(specOf(schema, document, node), node, name);
        if (control === "fixed" || !input?.widget || node.links?.[name]) return [];
        const path = pathIn(level, "nodes", id, "values", name);
        const about = { path, control, widget: input.widget, value: shownValue(node, input) };
        return [{ ...about, name: level ? "" : `${id}.${name}` }];
      });
    });
  });
}

/**
 * Return the value after one more run.
 * @param {unknown} value @param {string} control @param {Widget} widget @param {Draw} [draw]
 */
export function nextValue(value, control, widget, draw = drawn) {
  if (widget.kind === "int") return nextWhole(value, control, widget, draw);
  if (widget.kind === "float") return nextFraction(Number(value), control, widget, draw);
  const choices = widget.choices ?? [];
  if (!choices.length) return value;
  const most = BigInt(choices.length - 1);
  const at = BigInt(Math.max(0, choices.indexOf(value)));
  return choices[Number(stepped(at, control, { least: 0n, most, step: 1n }, draw))];
}

/** @param {unknown} value @param {string} control @param {Widget} widget @param {Draw} draw */
function nextWhole(value, control, widget, draw) {
  const range = {
    least: wholeOf(widget.min, 0n),
    most: wholeOf(widget.max, SEED_MAX),
    step: wholeOf(widget.step, 1n) || 1n,
  };
  const next = stepped(wholeOf(value, range.least), control, range, draw);
  const isSmall = next >= BigInt(Number.MIN_SAFE_INTEGER) && next <= BigInt(Number.MAX_SAFE_INTEGER);
  return typeof value === "string" || !isSmall ? String(next) : Number(next);
}

/**
 * Beyond an end it goes on at the other one.
 * @param {bigint} value @param {string} control @param {{ least: bigint, most: bigint, step: bigint }} range @param {Draw} draw
 */
function stepped(value, control, { least, most, step }, draw) {
  if (control === "randomize") return least + draw((most - least) / step) * step;
  const next = control === "increment" ? value + step : control === "decrement" ? value - step : value;
  if (next > most) return least;
  return next < least ? most : next;
}

/** @param {number} value @param {string} control @param {Widget} widget @param {Draw} draw */
function nextFraction(value, control, widget, draw) {
  const least = Number(widget.min ?? 0);
  const most = Number(widget.max ?? 1);
  const step = Number(widget.step ?? 0.01) || 0.01;
  const steps = BigInt(Math.max(0, Math.floor((most - least) / step)));
  if (control === "randomize") return rounded(least + Number(draw(steps)) * step);
  const next = rounded(value + (control === "increment" ? step : control === "decrement" ? -step : 0));
  if (next > most) return least;
  return next < least ? most : next;
}

/** @param {number} value  without what binary fractions add */
const rounded = (value) => Number(value.toFixed(6));

/** @param {unknown} value @param {bigint} usual */
function wholeOf(value, usual) {
  try {
    return value === undefined || value === null || value === "" ? usual : BigInt(/** @type {any} */ (value));
  } catch {
    return usual;
  }
}
