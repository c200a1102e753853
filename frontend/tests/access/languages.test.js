// @ts-check
/** Every language has every text, with the same places for what is put into it. */

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const folder = new URL("../../locales/", import.meta.url);
/** @param {string} name @returns {Record<string, string>} */
const words = (name) => JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8"));
const english = words("en");
const others = readdirSync(folder)
  .filter((each) => each.endsWith(".json") && each !== "en.json")
  .map((each) => each.replace(".json", ""));

/** @param {string} text */
const places = (text) => [...text.matchAll(/\{\w+\}/g)].map((each) => each[0]).sort();

describe.each(others)("%s", (/** @type {string} */ language) => {
  const theirs = words(language);

  it("has the same texts", () => {
    expect(Object.keys(theirs).sort()).toEqual(Object.keys(english).sort());
  });

  it("puts the same into them", () => {
    const different = Object.keys(english).filter(
      (key) => places(theirs[key] ?? "").join() !== places(english[key]).join(),
    );
    expect(different).toEqual([]);
  });

  it("says something everywhere", () => {
    expect(Object.keys(theirs).filter((key) => !theirs[key].trim())).toEqual([]);
  });
});
