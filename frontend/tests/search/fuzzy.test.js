// @ts-check
import { describe, expect, it } from "vitest";
import { match, matchAny } from "../../app/model/fuzzy.js";
import { oneOf, randomFrom } from "../random.js";

const score = (/** @type {string} */ query, /** @type {string} */ text) => match(query, text).score;

describe("match", () => {
  it("puts the whole text before its beginning, beginnings of words, and letters in order", () => {
    const scores = ["load", "loader", "re load", "upload", "loaxd"].map((text) => score("load", text));

    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(new Set(scores).size).toBe(scores.length);
  });

  it.each([
    ["lc", "Load Checkpoint"],
    ["ks", "KSampler"],
    ["sampler", "KSampler"],
    ["decode", "VAEDecode"],
    ["vd", "VAE Decode"],
    ["图", "加载图像"],
  ])("finds %s in %s", (query, text) => expect(score(query, text)).toBeGreaterThan(0));

  it.each([
    ["xyz", "Load Image"],
    ["lat", "Float"],
    ["", "Load Image"],
  ])("does not find %s in %s", (query, text) => expect(score(query, text)).toBe(0));

  it("prefers the shorter of two texts that fit alike", () => {
    expect(score("load", "Load VAE")).toBeGreaterThan(score("load", "Load Checkpoint"));
  });

  it("says which letters fit: they are the query's, in order", () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const random = randomFrom(seed);
      const text = Array.from({ length: 12 }, () => oneOf(random, [..."abcAB _"])).join("");
      const query = Array.from({ length: 3 }, () => oneOf(random, [..."abc"])).join("");
      const { score: found, places } = match(query, text);
      if (!found) continue;

      expect(places.map((at) => text[at].toLowerCase()).join("")).toBe(query);
      expect([...places]).toEqual([...places].sort((a, b) => a - b));
    }
  });
});

describe("matchAny", () => {
  it("wants every word in one of the texts", () => {
    const texts = [{ text: "Load Image" }, { text: "picture photo", isLoose: false }];

    expect(matchAny("photo load", texts)).toBeGreaterThan(0);
    expect(matchAny("photo save", texts)).toBe(0);
  });
});
