// @ts-check
/** Node types and categories have names in other languages; the English ones find them as well. */

import { readFileSync } from "node:fs";
import { afterEach, expect, it, vi } from "vitest";
import { searchTypes } from "../../app/model/node-search.js";
import { named, useNodeWords } from "../../app/node-words.js";

/** @param {string} path */
const read = (path) => readFileSync(new URL(path, import.meta.url), "utf8");
const words = JSON.parse(read("../../locales/nodes/zh-CN.json"));
const page = read("../../../docs/nodes.md");
const types = [...page.matchAll(/^### .*\n\n`([^`]+)`/gm)].map((each) => each[1]);
const categories = new Set([...page.matchAll(/^## (.*)$/gm)].flatMap((each) => each[1].split("/")));

it("names are of built-in types, and nearly all have one; every category has", () => {
  const named = Object.keys(words.titles);

  expect(named.filter((each) => !types.includes(each))).toEqual([]);
  expect(named.length).toBeGreaterThan(0.9 * types.length);
  expect(Object.keys(words.categories).sort()).toEqual([...categories].sort());
});

it("no two types are called the same", () => {
  const names = Object.values(words.titles);

  expect(names.filter((each, index) => names.indexOf(each) !== index)).toEqual([]);
});

afterEach(() => useNodeWords("en"));

it("a type is found by its name in the language, and by that which it was written with", async () => {
  vi.stubGlobal("fetch", async () => ({ ok: true, json: async () => words }));
  await useNodeWords("zh-CN");
  vi.unstubAllGlobals();
  const spec = named({ id: "LoadImage", version: 1, title: "Load Image", category: "image/of a pack" });

  expect([spec.title, spec.category]).toEqual(["加载图像", "图像/of a pack"]);
  for (const query of ["加载", "load im", "image/of"])
    expect(searchTypes([spec], query, null, { uses: {}, pins: new Set() })).toHaveLength(1);
});
