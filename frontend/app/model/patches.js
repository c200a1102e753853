// @ts-check
/**
 * Edits as data: what is put where. The inverse of an edit is of the same kind, so undo, autosave
 * and what survives a reload are all lists of patches.
 */

/** @typedef {readonly string[]} Path */
/**
 * @typedef {{ path: Path, value: unknown, made?: number }} Patch
 *   `undefined` removes what is there; made: so many keys of the path were there before, and objects beyond
 *   them go as well when nothing else is in them by then
 */

/**
 * Apply patches to plain JSON. What is not touched is shared with the value before.
 * @template T
 * @param {T} root
 * @param {readonly Patch[]} patches  arrays are replaced whole; a path goes through objects only
 * @returns {{ root: T, inverse: Patch[] }}
 */
export function applied(root, patches) {
  /** @type {Set<object>} containers that belong to this call and may be written */
  const own = new Set();
  /** @type {Patch[]} */
  const inverse = [];
  let value = /** @type {unknown} */ (root);
  for (const patch of patches) {
    if (patch.value === undefined && valueAt(value, patch.path) === undefined) continue;
    inverse.push(undoing(value, patch.path));
    value = put(value, patch, 0, own);
  }
  return { root: /** @type {T} */ (value), inverse: inverse.reverse() };
}

/**
 * Return what lies at a path, or undefined.
 * @param {unknown} root @param {Path} path @returns {unknown}
 */
export function valueAt(root, path) {
  let value = /** @type {any} */ (root);
  for (const key of path) {
    if (value === null || typeof value !== "object" || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

/**
 * Return what takes an edit at a path back; objects that the edit has to make on the way go again.
 * @param {unknown} root @param {Path} path @returns {Patch}
 */
function undoing(root, path) {
  let value = /** @type {any} */ (root);
  for (let depth = 0; depth < path.length; depth += 1) {
    if (value === undefined) return { path, value: undefined, made: depth - 1 };
    if (!isObject(value)) return { path: path.slice(0, depth), value };
    value = Object.hasOwn(value, path[depth]) ? value[path[depth]] : undefined;
  }
  return { path, value };
}

/** @param {unknown} value */
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * @param {unknown} value @param {Patch} patch @param {number} depth @param {Set<object>} own @returns {unknown}
 */
function put(value, patch, depth, own) {
  if (depth === patch.path.length) return patch.value;
  const key = patch.path[depth];
  let copy = /** @type {Record<string, unknown>} */ (isObject(value) ? value : {});
  if (!own.has(copy)) {
    copy = { ...copy };
    own.add(copy);
  }
  const next = put(Object.hasOwn(copy, key) ? copy[key] : undefined, patch, depth + 1, own);
  if (next !== undefined) set(copy, key, next);
  else {
    delete copy[key];
    if (patch.made !== undefined && depth > patch.made && !Object.keys(copy).length) return undefined;
  }
  return copy;
}

/** Also under a name that assignment takes for something else. @param {Record<string, unknown>} object @param {string} key @param {unknown} value */
function set(object, key, value) {
  if (key === "__proto__")
    Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
  else object[key] = value;
}
