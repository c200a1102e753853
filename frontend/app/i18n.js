// @ts-check
/** Words of the interface in the person's language. A language is one file in `locales/`. */

import { signal } from "@preact/signals-core";

/** @type {Record<string, string>} */
let english = {};
/** @type {Record<string, string>} */
let words = {};

export const language = signal("en");
/** Languages there are, by the names that they give themselves. */
export const LANGUAGES = /** @type {const} */ ({ en: "English", "zh-CN": "简体中文" });

/**
 * Return a text; `{name}` in it is replaced.
 * @param {string} key @param {Record<string, string | number>} [given]
 */
export function t(key, given) {
  language.value; // components are drawn again when it changes
  const text = words[key] ?? english[key] ?? key;
  if (!given) return text;
  return text.replaceAll(/\{(\w+)\}/g, (whole, name) => String(given[name] ?? whole));
}

/** @param {string} key */
export const hasText = (key) => key in english;

/**
 * Load a language; one that is not there is English.
 * @param {string} wanted
 */
export async function useLanguage(wanted) {
  if (!Object.keys(english).length) english = await load("en");
  const found =
    wanted in LANGUAGES
      ? wanted
      : (Object.keys(LANGUAGES).find((each) => each.split("-")[0] === wanted.split("-")[0]) ?? "en");
  words = found === "en" ? english : await load(found);
  document.documentElement.lang = found;
  language.value = found;
}

/** @param {string} name @returns {Promise<Record<string, string>>} */
async function load(name) {
  const answer = await fetch(new URL(`../locales/${name}.json`, import.meta.url));
  return answer.json();
}
