// @ts-check
/** Undo and redo: one entry a gesture, typing gathered until a pause. Plain data, so it can be kept. */

/** @typedef {import("./patches.js").Patch} Patch */
/**
 * @typedef {{ label: string, patches: Patch[], inverse: Patch[], merge?: string, time: number }} Entry
 *   label: a key of the locale, said when it is undone; merge: entries of one word become one.
 */
/** @typedef {{ done: Entry[], undone: Entry[] }} History */

export const MOST = 200;
/** A pause in typing that begins a new entry, in milliseconds. */
export const PAUSE_MS = 1000;

/** @returns {History} */
export const emptyHistory = () => ({ done: [], undone: [] });

/** @typedef {(patches: readonly Patch[]) => Patch[]} Apply  returns the inverse */

/**
 * Remember an edit; what was undone before can not be done again.
 * @param {History} history @param {Entry} entry @returns {History}
 */
export function remembered(history, entry) {
  const last = history.done.at(-1);
  if (last && entry.merge && last.merge === entry.merge && entry.time - last.time < PAUSE_MS)
    return { done: [...history.done.slice(0, -1), merged(last, entry)], undone: [] };
  return { done: [...history.done, entry].slice(-MOST), undone: [] };
}

/** Typing goes to one place again and again: what was there in between is of no use. @param {Entry} last @param {Entry} entry @returns {Entry} */
function merged(last, entry) {
  const placesOf = (/** @type {Patch[]} */ patches) =>
    patches.map(({ path }) => path.join("\n")).join("\n\n");
  if (placesOf(last.patches) === placesOf(entry.patches)) return { ...entry, inverse: last.inverse };
  return {
    ...entry,
    patches: [...last.patches, ...entry.patches],
    inverse: [...entry.inverse, ...last.inverse],
  };
}

/**
 * Take the last entry back. What has changed beside the history meanwhile, such as a seed that a run has
 * used, comes back when the entry is done again.
 * @param {History} history @param {Apply} apply @returns {{ history: History, entry: Entry } | null}
 */
export function undone({ done, undone }, apply) {
  const entry = done.at(-1);
  if (!entry) return null;
  const again = { ...entry, patches: apply(entry.inverse) };
  return { history: { done: done.slice(0, -1), undone: [...undone, again] }, entry };
}

/** @param {History} history @param {Apply} apply @returns {{ history: History, entry: Entry } | null} */
export function redone({ done, undone }, apply) {
  const entry = undone.at(-1);
  if (!entry) return null;
  const again = { ...entry, inverse: apply(entry.patches) };
  return { history: { done: [...done, again], undone: undone.slice(0, -1) }, entry };
}
