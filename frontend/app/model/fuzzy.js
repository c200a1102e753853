// @ts-check
/** How well typed letters fit a text: the whole of it, its beginning, beginnings of words, letters in order. */

const EXACT = 100;
const PREFIX = 90;
const WORD = 70;
const INSIDE = 50;
const IN_ORDER = 20;
/** What a subsequence can gain by lying close together and on beginnings of words. */
const CLOSE = 20;

/** @typedef {{ score: number, places: readonly number[] }} Match  score 0: no match; places: of the letters that fit */

/** @type {Match} */
const NONE = { score: 0, places: [] };

/**
 * Compare a query with a text. Among equal kinds of match, the shorter text is better.
 * @param {string} query @param {string} text @param {{ isLoose?: boolean }} [how]  isLoose: letters in order will do
 * @returns {Match}
 */
export function match(query, text, { isLoose = true } = {}) {
  const wanted = query.trim().toLowerCase();
  const given = text.toLowerCase();
  if (!wanted) return NONE;
  const found = whole(wanted, given) ?? wordStarts(wanted, given, text) ?? inside(wanted, given);
  const best = found ?? (isLoose ? inOrder(wanted, given, startsOf(text)) : NONE);
  return best.score ? { ...best, score: best.score - Math.min(5, text.length / 20) } : NONE;
}

/** @param {string} wanted @param {string} given @returns {Match | null} */
function whole(wanted, given) {
  if (!given.startsWith(wanted)) return null;
  return { score: wanted.length === given.length ? EXACT : PREFIX, places: run(0, wanted.length) };
}

/**
 * The query begins a later word, or each of its letters begins one ("lc": Load Checkpoint).
 * @param {string} wanted @param {string} given @param {string} text @returns {Match | null}
 */
function wordStarts(wanted, given, text) {
  const starts = startsOf(text);
  for (const start of starts) {
    if (given.startsWith(wanted, start)) return { score: WORD, places: run(start, wanted.length) };
  }
  const letters = starts.map((start) => given[start]).join("");
  const first = wanted.length > 1 ? letters.indexOf(wanted) : -1;
  return first < 0 ? null : { score: WORD - 5, places: starts.slice(first, first + wanted.length) };
}

/** @param {string} wanted @param {string} given @returns {Match | null} */
function inside(wanted, given) {
  const at = given.indexOf(wanted);
  return at < 0 ? null : { score: INSIDE, places: run(at, wanted.length) };
}

/** @param {string} wanted @param {string} given @param {readonly number[]} starts @returns {Match} */
function inOrder(wanted, given, starts) {
  /** @type {number[]} */
  const places = [];
  let good = 0;
  for (const letter of wanted.replaceAll(" ", "")) {
    const from = (places.at(-1) ?? -1) + 1;
    const start = starts.find((each) => each >= from && given[each] === letter);
    const next = given[from] === letter ? from : (start ?? given.indexOf(letter, from));
    if (next < 0 || (!places.length && !starts.includes(next))) return NONE;
    good += next === from || next === start ? 1 : 0;
    places.push(next);
  }
  return { score: IN_ORDER + (CLOSE * good) / places.length, places };
}

/** Return where words begin: after what is no letter, and at capitals ("KSampler": 0, 1). @param {string} text */
function startsOf(text) {
  /** @type {number[]} */
  const starts = [];
  for (let at = 0; at < text.length; at += 1) {
    if (!/[\p{L}\p{N}]/u.test(text[at])) continue;
    const before = text[at - 1] ?? " ";
    const isHump = /\p{Lu}/u.test(text[at]) && !/\p{Lu}/u.test(before);
    if (!/[\p{L}\p{N}]/u.test(before) || isHump || isSecondCapital(text, at)) starts.push(at);
  }
  return starts;
}

/** The last of several capitals begins a word: the S of "KSampler". @param {string} text @param {number} at */
const isSecondCapital = (text, at) =>
  /\p{Lu}/u.test(text[at]) && /\p{Lu}/u.test(text[at - 1] ?? "") && /\p{Ll}/u.test(text[at + 1] ?? "");

/** @param {number} start @param {number} length */
const run = (start, length) => Array.from({ length }, (_, index) => start + index);

/**
 * Compare a query of several words with several texts: every word must fit one of them.
 * @param {string} query @param {readonly { text: string, weight?: number, isLoose?: boolean }[]} texts
 * @returns {number} 0: it does not fit
 */
export function matchAny(query, texts) {
  const whole = bestOf(query, texts);
  const words = query.trim().split(/\s+/);
  if (whole || words.length < 2) return whole;
  const scores = words.map((word) => bestOf(word, texts));
  return scores.includes(0) ? 0 : (0.8 * scores.reduce((sum, each) => sum + each, 0)) / scores.length;
}

/** @param {string} query @param {readonly { text: string, weight?: number, isLoose?: boolean }[]} texts */
const bestOf = (query, texts) =>
  texts.reduce(
    (most, { text, weight = 1, isLoose = true }) =>
      Math.max(most, weight * match(query, text, { isLoose }).score),
    0,
  );

/** Return which letters of a text a query stands for. @param {string} query @param {string} text */
export const fuzzyPlaces = (query, text) => match(query, text).places;
