// @ts-check
/**
 * Say whether two values of JSON are the same, whatever the order of their keys. What the two share is
 * not walked, so two versions of one document are compared quickly.
 * @param {unknown} a @param {unknown} b @returns {boolean}
 */
export function isSame(a, b) {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || !a || !b) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const one = /** @type {Record<string, unknown>} */ (a);
  const other = /** @type {Record<string, unknown>} */ (b);
  const keys = Object.keys(one);
  if (keys.length !== Object.keys(other).length) return false;
  return keys.every((key) => Object.hasOwn(other, key) && isSame(one[key], other[key]));
}
