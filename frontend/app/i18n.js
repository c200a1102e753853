// @ts-check
/** Words of the interface in the person's language. A language is one file in `locales/`. */

import { signal } from "@preact/signals-core";
import { useNodeWords } from "./node-words.js";

/** @type {Record<string, string>} */
let words = {};

export const language = signal("en");
/** Languages there are, by the names that they give themselves. */
export const LANGUAGES = /** @type {const} */ ({ en: "English", "zh-CN": "简体中文" });

/**
 * Return a text. `{name}` in it is replaced, numbers as the language writes them; `{name|run|runs}` is the
 * word for so many, in the order of `CATEGORIES`, those that the language has.
 * @param {string} key @param {Record<string, string | number>} [given]
 */
export function t(key, given) {
  language.value; // components are drawn again when it changes
  const text = words[key] ?? key;
  if (!given) return text;
  const form = formOf(key in words ? language.value : "en");
  return text.replaceAll(/\{(\w+)(?:\|([^}]*))?\}/g, (whole, name, forms) => {
    const value = given[name];
    if (value === undefined) return whole;
    if (forms) return form.choose(Number(value), forms.split("|"));
    return typeof value === "number" ? form.number(value) : value;
  });
}

const CATEGORIES = /** @type {const} */ (["zero", "one", "two", "few", "many", "other"]);

/** @typedef {{ number: (value: number) => string, choose: (count: number, forms: readonly string[]) => string }} Form */

/** @type {Map<string, Form>} */
const forms = new Map();

/** How a language writes numbers and counts things. @param {string} name @returns {Form} */
function formOf(name) {
  const known = forms.get(name);
  if (known) return known;
  // four digits are no long number: sizes and steps stay as they are typed
  const written = new Intl.NumberFormat(name, /** @type {any} */ ({ useGrouping: "min2" }));
  const rules = new Intl.PluralRules(name);
  const had = CATEGORIES.filter((each) => rules.resolvedOptions().pluralCategories.includes(each));
  /** @type {Form} */
  const form = {
    number: (value) => written.format(value),
    choose: (count, words) => words[had.indexOf(rules.select(count))] ?? words.at(-1) ?? "",
  };
  forms.set(name, form);
  return form;
}

/** @param {string} key */
export const hasText = (key) => key in words;

/** The last language asked for, as soon as it is there. */
let coming = Promise.resolve();

/** Wait until the words are those of the language that was asked for last. */
export const inLanguage = () => coming;

/**
 * Load a language; one that is not there is English.
 * @param {string} wanted
 */
export function useLanguage(wanted) {
  coming = take(wanted);
  return coming;
}

/** @param {string} wanted */
async function take(wanted) {
  const found =
    wanted in LANGUAGES
      ? wanted
      : (Object.keys(LANGUAGES).find((each) => each.split("-")[0] === wanted.split("-")[0]) ?? "en");
  [words] = await Promise.all([load(found), useNodeWords(found)]);
  document.documentElement.lang = found;
  language.value = found;
}

/** @param {string} name @returns {Promise<Record<string, string>>} */
async function load(name) {
  const answer = await fetch(new URL(`../locales/${name}.json`, import.meta.url));
  return answer.json();
}
