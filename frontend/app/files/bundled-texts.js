// @ts-check
/** The texts of bundled workflows in the person's language. A copy of one is made with them. */

import { signal } from "@preact/signals-core";
import { inLanguage, language } from "../i18n.js";
import { translated } from "../model/translated.js";

/** @typedef {import("../model/document.js").WorkflowDocument} WorkflowDocument */

/** As they are written. */
export const WRITTEN = "en";

/** @typedef {Record<string, string>} Words  by what is written */

const words = signal(/** @type {Words} */ ({}));
/** @type {Map<string, Promise<Words>>} */
const known = new Map();

/** Load the words of a language, once. @param {string} name */
export function wordsOf(name) {
  /** @type {Promise<Words>} */
  const found = known.get(name) ?? (name === WRITTEN ? Promise.resolve({}) : fetched(name).catch(() => ({})));
  known.set(name, found);
  return found;
}

/** Load the words of the language that is spoken. */
async function load() {
  const name = language.value;
  const found = await wordsOf(name);
  if (language.peek() === name) words.value = found;
}

/** @param {string} name @returns {Promise<Words>} */
async function fetched(name) {
  const answer = await fetch(new URL(`../../locales/workflows/${name}.json`, import.meta.url));
  return answer.ok ? answer.json() : {};
}

/** Return a text of a bundled workflow; whoever draws it is drawn again when the words have come. @param {string} text */
export function bundledText(text) {
  load();
  return words.value[text] ?? text;
}

/** @param {WorkflowDocument} document @returns {Promise<{ document: WorkflowDocument, spoken: string }>} in the language that is spoken */
export async function inOwnWords(document) {
  await inLanguage();
  const spoken = language.peek();
  const own = await wordsOf(spoken);
  return { document: translated(document, (text) => own[text] ?? text), spoken };
}
