// @ts-check
/** Weights of words in prompts: `(red apple:1.2)`. */

/** @typedef {{ text: string, start: number, end: number }} Selected  a text and what of it is selected */

/** What ends a word. */
const BORDER = /[\s,.;:!?|()[\]{}<>\\/"]/;
const WEIGHTED = /^\(([\s\S]*?)(?::\s*([+-]?\d*\.?\d+)\s*)?\)$/;
/** What a bare pair of parentheses means. */
const USUAL = 1.1;

/**
 * Return a prompt in which the selected words, or those at the caret, weigh more or less.
 * @param {Selected} selected @param {number} more @returns {Selected}
 */
export function weighed(selected, more) {
  const { text } = selected;
  const [start, end] = meant(selected);
  const old = text.slice(start, end);
  if (!old) return selected;
  const found = isOnePair(old) ? WEIGHTED.exec(old) : null;
  const inner = found ? found[1] : old;
  const weight = Math.round(((found ? Number(found[2] ?? USUAL) : 1) + more) * 100) / 100;
  const written = weight === 1 ? inner : `(${inner}:${weight})`;
  const first = start + (weight === 1 ? 0 : 1);
  return {
    text: text.slice(0, start) + written + text.slice(end),
    start: first,
    end: first + inner.length,
  };
}

/** Return which part is meant: what is selected, the parentheses around it, or a word. @param {Selected} selected */
function meant({ text, start, end }) {
  let [from, to] = [start, end];
  while (from < to && /\s/.test(text[from])) from += 1;
  while (to > from && /\s/.test(text[to - 1])) to -= 1;
  if (from === to) {
    const pair = pairAround(text, start, start);
    if (pair) return pair;
    while (from > 0 && !BORDER.test(text[from - 1])) from -= 1;
    while (to < text.length && !BORDER.test(text[to])) to += 1;
  }
  const pair = pairAround(text, from, to);
  // all that is in the parentheses is selected, with or without its weight
  if (pair && from === pair[0] + 1 && /^(?::\s*[+-]?\d*\.?\d+\s*)?\)$/.test(text.slice(to, pair[1])))
    return pair;
  return [from, to];
}

/**
 * Return the nearest parentheses around a part.
 * @param {string} text @param {number} from @param {number} to @returns {[number, number] | null}
 */
function pairAround(text, from, to) {
  const first = unmatched(text, from - 1, -1);
  const last = unmatched(text, to, 1);
  return first < 0 || last < 0 ? null : [first, last + 1];
}

/** Return where the next parenthesis is that has no partner on this side, or -1. @param {string} text @param {number} at @param {1 | -1} way */
function unmatched(text, at, way) {
  const [out, deeper] = way > 0 ? [")", "("] : ["(", ")"];
  let depth = 0;
  for (let place = at; place >= 0 && place < text.length; place += way) {
    if (text[place - 1] === "\\") continue;
    if (text[place] === deeper) depth += 1;
    else if (text[place] === out) {
      if (!depth) return place;
      depth -= 1;
    }
  }
  return -1;
}

/** Say whether a text is one pair of parentheses and what is in it. @param {string} text */
function isOnePair(text) {
  return text.startsWith("(") && unmatched(text, 1, 1) === text.length - 1;
}
