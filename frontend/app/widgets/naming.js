// @ts-check
/** Names that are begun in a prompt: `embedding:` and `<lora:`. */

/** @typedef {{ folder: "embeddings" | "loras", from: number, text: string }} Begun  from: where the name begins */

const BEGUN = /(?:(embedding:)([^\s,()<>:]*)|(<lora:)([^,()<>:]*))$/i;
const ENDING = /\.(?:safetensors|sft|pt2?|pth|bin|ckpt|pkl)$/i;

/**
 * Return the name that is being typed at the caret.
 * @param {string} text @param {number} caret @returns {Begun | null}
 */
export function begunName(text, caret) {
  const found = BEGUN.exec(text.slice(Math.max(0, caret - 200), caret));
  if (!found) return null;
  const typed = found[2] ?? found[4] ?? "";
  return { folder: found[1] ? "embeddings" : "loras", from: caret - typed.length, text: typed };
}

/**
 * Return a prompt in which a begun name is finished, and where the caret goes.
 * @param {string} text @param {number} caret @param {Begun} begun @param {string} name  of a file
 */
export function finished(text, caret, begun, name) {
  const rest = text.slice(caret);
  const plain = name.replace(ENDING, "");
  const written = begun.folder === "loras" && !/^[:>]/.test(rest) ? `${plain}:1.0>` : plain;
  return { text: text.slice(0, begun.from) + written + rest, caret: begun.from + written.length };
}
