// @ts-check
/** What node types and their categories are called in the person's language; what has no name there keeps its own. */

/** @typedef {import("./model/schema.js").NodeSpec} NodeSpec */
/** @typedef {{ titles: Record<string, string>, categories: Record<string, string> }} NodeWords  titles: by type; categories: by a part of their path */

/** @type {NodeWords} */
const WRITTEN = { titles: {}, categories: { _for_testing: "experimental" } };

let words = WRITTEN;

/** Take the names of a language. @param {string} language */
export async function useNodeWords(language) {
  words = language === "en" ? WRITTEN : await fetched(language).catch(() => WRITTEN);
}

/** @param {string} language @returns {Promise<NodeWords>} */
async function fetched(language) {
  const answer = await fetch(new URL(`../locales/nodes/${language}.json`, import.meta.url));
  return answer.ok ? answer.json() : WRITTEN;
}

/** Return a type with its names in the language; it is found by those that it was written with, too. @param {NodeSpec} spec @returns {NodeSpec} */
export function named(spec) {
  const title = words.titles[spec.id] ?? spec.title;
  const category = (spec.category ?? "")
    .split("/")
    .map((each) => words.categories[each] ?? each)
    .join("/");
  if (title === spec.title && category === (spec.category ?? "")) return spec;
  return { ...spec, title, category, written: { title: spec.title, category: spec.category ?? "" } };
}
