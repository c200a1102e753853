// @ts-check
/**
 * The texts of bundled workflows in the person's language. A copy of one is made with them: from then on they
 * are the person's, and nothing translates them.
 */

import { signal } from "@preact/signals-core";
import { inLanguage, language } from "../i18n.js";
import { translated } from "../model/translated.js";

/** @typedef {import("../model/document.js").WorkflowDocument} WorkflowDocument */

/** As they are written. */
const WRITTEN = "en";

const words = signal(/** @type {Record<string, string>} */ ({}));
let asked = { name: WRITTEN, words: Promise.resolve() };

/** Load the words of the language, once. */
function load() {
  const name = language.value;
  if (asked.name !== name) asked = { name, words: take(name) };
  return asked.words;
}

/** @param {string} name */
async function take(name) {
  const found = name === WRITTEN ? {} : await fetched(name).catch(() => ({}));
  if (asked.name === name) words.value = found;
}

/** @param {string} name @returns {Promise<Record<string, string>>} */
async function fetched(name) {
  const answer = await fetch(new URL(`../../locales/workflows/${name}.json`, import.meta.url));
  return answer.ok ? answer.json() : {};
}

/** Return a text of a bundled workflow; whoever draws it is drawn again when the words have come. @param {string} text */
export function bundledText(text) {
  load();
  return words.value[text] ?? text;
}

/** @param {WorkflowDocument} document */
export async function inOwnWords(document) {
  await inLanguage();
  await load();
  const known = words.peek();
  return translated(document, (text) => known[text] ?? text);
}
