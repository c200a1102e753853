// @ts-check
/** Every language has every text that is used, and no other, with the same things put into it. */

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ON_EITHER } from "../../app/commands/all.js";
import { OF_GRAPH } from "../../app/commands/of-graph.js";

/** @param {string} path */
const address = (path) => new URL(`../../${path}`, import.meta.url);
/** @param {string} name @returns {Record<string, string>} */
const words = (name) => JSON.parse(readFileSync(address(`locales/${name}.json`), "utf8"));
const english = words("en");
const others = readdirSync(address("locales/"))
  .filter((each) => each.endsWith(".json") && each !== "en.json")
  .map((each) => each.replace(".json", ""));

/** @param {string} text */
const places = (text) => [...new Set([...text.matchAll(/\{(\w+)/g)].map((each) => each[1]))].sort();

describe.each(others)("%s", (/** @type {string} */ language) => {
  const theirs = words(language);

  it("has the same texts, in the same order", () => {
    expect(Object.keys(theirs)).toEqual(Object.keys(english));
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

describe("texts", () => {
  const files = readdirSync(address("app/"), { recursive: true, encoding: "utf8" });
  const code = files
    .filter((each) => each.endsWith(".js"))
    .map((each) => readFileSync(address(`app/${each}`), "utf8"))
    .join("\n");
  const quoted = new Set([...code.matchAll(/"([\w-]+(?:\.[\w-]+)+)"/g)].map((each) => each[1]));
  // `form.control.${each}` stands for all that begin and end so
  const made = [...code.matchAll(/`((?:[\w-]+\.)+(?:[\w.-]|\$\{[^}]*\})*)`/g)]
    .map((each) => each[1])
    .filter((each) => each.includes("${") && !each.startsWith("command."))
    .map((each) => new RegExp(`^${each.replaceAll(".", "\\.").replaceAll(/\$\\?\{[^}]*\}/g, "[\\w.-]+")}$`));

  it("are there for all that is asked for by name", () => {
    const asked = [...code.matchAll(/\bt\(\s*"([^"]+)"/g)].map((each) => each[1]);

    expect(asked.filter((key) => !(key in english))).toEqual([]);
  });

  it("are there for all commands, and for those alone", () => {
    const named = [...ON_EITHER, ...OF_GRAPH]
      .filter((each) => !each.title && !each.isHidden)
      .map(({ id }) => `command.${id}`);
    const known = new Set([...ON_EITHER, ...OF_GRAPH].map(({ id }) => `command.${id}`));
    const given = Object.keys(english).filter((key) => key.startsWith("command.") && !quoted.has(key));

    expect(named.filter((key) => !(key in english))).toEqual([]);
    expect(given.filter((key) => !known.has(key))).toEqual([]);
  });

  it("are all used", () => {
    const unused = Object.keys(english).filter(
      (key) => !key.startsWith("command.") && !quoted.has(key) && !made.some((pattern) => pattern.test(key)),
    );

    expect(unused).toEqual([]);
  });
});
