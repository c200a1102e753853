// @ts-check
/** Which items of a list fit what is typed: every word of it, the nearest first. */

import { match } from "../model/fuzzy.js";

/**
 * @template Item
 * @typedef {{ item: Item, letters: ReadonlySet<number>, score: number }} Found  letters: places of what was looked for
 */

const NONE = /** @type {ReadonlySet<number>} */ (new Set());

/**
 * @template Item
 * @param {readonly Item[]} items @param {string} text @param {(item: Item) => string} wordsOf
 * @returns {Found<Item>[]} in their order when nothing is typed, else best first
 */
export function found(items, text, wordsOf) {
  const words = text.split(/\s+/).filter(Boolean);
  if (!words.length) return items.map((item) => ({ item, letters: NONE, score: 0 }));
  return items.flatMap((item) => matched(item, words, wordsOf(item)) ?? []).sort((a, b) => b.score - a.score);
}

/**
 * @template Item
 * @param {Item} item @param {readonly string[]} words @param {string} text @returns {Found<Item> | null}
 */
function matched(item, words, text) {
  const matches = words.map((word) => match(word, text));
  if (matches.some((each) => !each.score)) return null;
  return {
    item,
    letters: new Set(matches.flatMap((each) => each.places)),
    score: matches.reduce((sum, each) => sum + each.score, 0),
  };
}
