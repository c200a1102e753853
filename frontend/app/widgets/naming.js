// @ts-check
/** Names of embeddings that are begun in a prompt: `embedding:` where the server reads it, at the start of a piece. */

/** @typedef {{ from: number, to: number, text: string }} Begun  from, to: where the name lies; text: of it, up to the caret */

const BEGUN = /(?:^|[ \n()])embedding:([^\s,()<>:]*)$/;
const REST = /^[^\s,()<>:]*/;
const ENDING = /\.(?:safetensors|sft|pt2?|pth|bin|ckpt|pkl)$/i;
/** Letters before the caret that are looked at. */
const MOST = 200;

/**
 * Return the name that the caret is in.
 * @param {string} text @param {number} caret @returns {Begun | null}
 */
export function begunName(text, caret) {
  const start = Math.max(0, caret - MOST);
  // a cut may fall into a word
  const before = (start ? "-" : "") + text.slice(start, caret);
  const found = BEGUN.exec(before);
  if (!found) return null;
  const [rest] = /** @type {RegExpExecArray} */ (REST.exec(text.slice(caret)));
  return { from: caret - found[1].length, to: caret + rest.length, text: found[1] };
}

/**
 * Return a prompt in which a begun name is finished, and where the caret goes.
 * @param {string} text @param {Begun} begun @param {string} name  of a file
 */
export function finished(text, { from, to }, name) {
  const plain = name.replace(ENDING, "");
  return { text: text.slice(0, from) + plain + text.slice(to), caret: from + plain.length };
}
