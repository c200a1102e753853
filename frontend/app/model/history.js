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

/**
 * Remember an edit; what was undone before can not be done again.
 * @param {History} history @param {Entry} entry @returns {History}
 */
export function remembered(history, entry) {
  const last = history.done.at(-1);
  if (last && entry.merge && last.merge === entry.merge && entry.time - last.time < PAUSE_MS) {
    const merged = {
      ...entry,
      patches: [...last.patches, ...entry.patches],
      inverse: [...entry.inverse, ...last.inverse],
    };
    return { done: [...history.done.slice(0, -1), merged], undone: [] };
  }
  return { done: [...history.done, entry].slice(-MOST), undone: [] };
}

/**
 * @param {History} history @returns {{ history: History, entry: Entry } | null}
 */
export function undone(history) {
  const entry = history.done.at(-1);
  if (!entry) return null;
  return {
    history: { done: history.done.slice(0, -1), undone: [...history.undone, entry] },
    entry,
  };
}

/**
 * @param {History} history @returns {{ history: History, entry: Entry } | null}
 */
export function redone(history) {
  const entry = history.undone.at(-1);
  if (!entry) return null;
  return {
    history: { done: [...history.done, entry], undone: history.undone.slice(0, -1) },
    entry,
  };
}
