// @ts-check
/** Numbers as they are typed and as a document has them: whole ones may be larger than JavaScript's. */

/** @typedef {import("../model/schema.js").Widget} Widget */

/**
 * Return what a text says as a value within the widget's bounds; undefined when it is no number.
 * @param {string} text @param {Widget} widget @returns {number | string | undefined}
 */
export function readNumber(text, widget) {
  const plain = text.trim().replace(",", ".");
  if (widget.kind === "int") return /^[+-]?\d+$/.test(plain) ? wholeWithin(BigInt(plain), widget) : undefined;
  const value = Number(plain);
  if (!plain || !Number.isFinite(value)) return undefined;
  const { min = -Infinity, max = Infinity } = widget;
  return Math.min(Number(max), Math.max(Number(min), value));
}

/** @param {bigint} value @param {Widget} widget */
function wholeWithin(value, { min, max }) {
  const least = asWhole(min);
  const most = asWhole(max);
  const bounded =
    least !== undefined && value < least ? least : most !== undefined && value > most ? most : value;
  return written(bounded);
}

/** @param {number | string | undefined} bound */
const asWhole = (bound) => (bound === undefined ? undefined : BigInt(bound));

/** Return a whole number as documents have it. @param {bigint} value */
export const written = (value) =>
  value >= -BigInt(Number.MAX_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)
    ? Number(value)
    : String(value);

/**
 * Return a value one step up or down.
 * @param {unknown} value @param {number} steps @param {Widget} widget
 */
export function stepped(value, steps, widget) {
  const { kind, step = kind === "int" ? 1 : 0.1 } = widget;
  if (kind === "int")
    return wholeWithin(BigInt(String(value ?? 0)) + BigInt(steps) * BigInt(Math.round(Number(step))), widget);
  const digits = Math.min(6, (String(step).split(".")[1] ?? "").length);
  return readNumber((Number(value ?? 0) + steps * Number(step)).toFixed(digits), widget);
}

/**
 * Return any whole number within a widget's bounds.
 * @param {Widget} widget @param {(most: bigint) => bigint} [random]
 */
export function anyWhole({ min, max }, random = randomBelow) {
  const least = asWhole(min) ?? 0n;
  const most = asWhole(max) ?? (1n << 64n) - 1n;
  return written(least + random(most - least + 1n));
}

/** @param {bigint} most */
function randomBelow(most) {
  const [high, low] = crypto.getRandomValues(new BigUint64Array(2));
  return ((high << 64n) | low) % most;
}
