// @ts-check
/** Numbers as they are typed, shown and kept: whole ones may be larger than JavaScript's. */

import { asNumber, asWhole, workedOut } from "./arithmetic.js";

/** @typedef {import("../model/schema.js").Widget} Widget */
/** @typedef {number | string} Kept  as documents have it; large whole numbers are decimal text */

const SAFE = BigInt(Number.MAX_SAFE_INTEGER);
/** Digits after the point that a step may ask for. */
const MOST_DIGITS = 10;

/** Return a whole number as documents have it. @param {bigint} value @returns {Kept} */
export const written = (value) => (value >= -SAFE && value <= SAFE ? Number(value) : String(value));

/** @param {Kept | undefined} value @returns {bigint | undefined} */
function whole(value) {
  if (value === undefined) return undefined;
  if (typeof value === "string" && /^[+-]?\d+$/.test(value)) return BigInt(value);
  const number = Number(value);
  return Number.isFinite(number) ? BigInt(Math.round(number)) : undefined;
}

/**
 * Return what a text comes to, within the widget's bounds; undefined when it is no number.
 * @param {string} text @param {Widget} widget @returns {Kept | undefined}
 */
export function readNumber(text, widget) {
  const found = workedOut(text);
  if (!found) return undefined;
  if (widget.kind === "int") return wholeWithin(asWhole(found), widget);
  const number = asNumber(found);
  return Number.isFinite(number) ? within(rounded(number, widget), widget) : undefined;
}

/**
 * Return the bound that is taken for what is typed; undefined when that is within the bounds, or no number.
 * @param {string} text @param {Widget} widget @returns {{ end: "least" | "most", value: Kept } | undefined}
 */
export function beyond(text, widget) {
  const value = readNumber(text, widget);
  const free = readNumber(text, { ...widget, min: undefined, max: undefined });
  if (value === undefined || free === undefined || String(value) === String(free)) return undefined;
  return { end: Number(free) < Number(value) ? "least" : "most", value };
}

/** @param {bigint} value @param {Widget} widget @returns {Kept} */
function wholeWithin(value, { min, max }) {
  const least = whole(min);
  const most = whole(max);
  if (least !== undefined && value < least) return written(least);
  if (most !== undefined && value > most) return written(most);
  return written(value);
}

/** @param {number} value @param {Widget} widget */
function within(value, { min = -Infinity, max = Infinity }) {
  return Math.min(Number(max), Math.max(Number(min), value));
}

/** @param {number} value @param {Widget} widget */
const rounded = (value, { round }) =>
  round ? tidy(Math.round(value / round) * round, digitsOf(round)) : value;

/** @param {number} value @param {number} digits */
const tidy = (value, digits) => Number(value.toFixed(digits));

/** Return how many digits after the point a step has. @param {number} step */
function digitsOf(step) {
  const [, part = "", exponent = "0"] = /^-?\d*\.?(\d*)(?:e(-?\d+))?$/.exec(String(step)) ?? [];
  return Math.max(0, Math.min(MOST_DIGITS, part.length - Number(exponent)));
}

/**
 * Return what a phone is to show for a number: keys of digits alone have no minus on some.
 * @param {Widget} widget
 */
export const keyboardFor = ({ kind, min }) =>
  !(Number(min) >= 0) ? "text" : kind === "int" ? "numeric" : "decimal";

/** Return a widget's step. @param {Widget} widget */
export const stepOf = ({ kind, step }) => Number(step) || (kind === "int" ? 1 : 0.1);

/**
 * Return a value some steps on. A tenth of a step is the least; whole numbers go by one at least.
 * @param {unknown} value @param {number} steps @param {Widget} widget @returns {Kept}
 */
export function stepped(value, steps, widget) {
  const step = stepOf(widget);
  if (widget.kind === "int") {
    const size = BigInt(Math.max(1, Math.round(Math.abs(steps) * step)));
    return wholeWithin((whole(/** @type {Kept} */ (value)) ?? 0n) + (steps < 0 ? -size : size), widget);
  }
  const from = Number(value ?? 0) || 0;
  const digits = Math.max(digitsOf(step) + 1, digitsOf(from));
  return within(rounded(tidy(from + steps * step, digits), widget), widget);
}

/**
 * Return where a value comes to that is dragged so many steps: on the grid of steps.
 * @param {unknown} value @param {number} steps @param {Widget} widget @param {boolean} isFine  tenths of steps
 * @returns {Kept}
 */
export function scrubbed(value, steps, widget, isFine = false) {
  const step = stepOf(widget);
  if (widget.kind === "int") {
    const unit = isFine ? 1n : BigInt(Math.max(1, Math.round(step)));
    const moved = BigInt(Math.round(steps)) * BigInt(Math.max(1, Math.round(isFine ? step / 10 : step)));
    const from = whole(/** @type {Kept} */ (value)) ?? 0n;
    const least = whole(widget.min) ?? 0n;
    const aligned = moved ? ((from - least) / unit) * unit + least : from;
    return wholeWithin(aligned + moved, widget);
  }
  const unit = isFine ? step / 10 : step;
  const from = Number(value ?? 0) || 0;
  const count = Math.round(steps);
  const aligned = count ? Math.round(from / unit) * unit : from;
  const digits = count ? digitsOf(unit) : Math.max(digitsOf(from), digitsOf(unit));
  return within(rounded(tidy(aligned + count * unit, digits), widget), widget);
}

/**
 * Return a number for people.
 * @param {unknown} value @param {Widget} widget
 */
export function shownNumber(value, { kind }) {
  if (value === undefined || value === null) return "";
  if (kind === "int" || typeof value !== "number") return String(value);
  return Number.isInteger(value) && Math.abs(value) < 1e15 ? value.toFixed(1) : String(value);
}

/**
 * Return how full a bar of a value is, 0 to 1; null without bounds.
 * @param {unknown} value @param {Widget} widget
 */
export function shareOf(value, { min, max }) {
  const [least, most, now] = [Number(min), Number(max), Number(value)];
  if (!(most > least) || Number.isNaN(now)) return null;
  return Math.min(1, Math.max(0, (now - least) / (most - least)));
}
