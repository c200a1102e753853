// @ts-check
/** Bundled workflows speak every language: all of their texts, and what they give to nodes stays. */

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { translated } from "../../app/model/translated.js";

/** @param {string} path */
const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
const names = readdirSync(new URL("../../../workflows/", import.meta.url));
const workflows = names.map((each) => read(`../../../workflows/${each}`));
const languages = readdirSync(new URL("../../locales/", import.meta.url)).filter(
  (each) => each.endsWith(".json") && each !== "en.json",
);

/** @param {(text: string) => string} say */
const all = (say) => workflows.map((each) => translated(each, say));

describe.each(languages)("%s", (/** @type {string} */ language) => {
  const words = read(`../../locales/workflows/${language}`);

  it("has the texts of all bundled workflows, and no other", () => {
    const asked = new Set();
    all((text) => {
      asked.add(text);
      return text;
    });

    expect(Object.keys(words).sort()).toEqual([...asked].sort());
  });

  it("says no two texts alike, so that an open copy finds its way to another language", () => {
    const said = Object.values(words);

    expect(said.filter((each, index) => said.indexOf(each) !== index)).toEqual([]);
  });
});

describe("a translated workflow", () => {
  it("is the same to run", () => {
    const plain = all((text) => text);
    const turned = all((text) => [...text].reverse().join(""));
    const run = (/** @type {any} */ { nodes, inputs }) => [
      Object.values(nodes).map(({ type, values, links }) => [type, values, links]),
      inputs.map((/** @type {any} */ { name, targets }) => [name, targets]),
    ];

    expect(plain).toEqual(workflows);
    expect(turned.map(run)).toEqual(workflows.map(run));
    expect(turned[0].title).not.toBe(workflows[0].title);
  });
});
