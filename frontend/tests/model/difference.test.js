// @ts-check
import { describe, expect, it } from "vitest";
import { differenceOf } from "../../app/model/difference.js";
import { emptyDocument } from "../../app/model/document.js";
import { replaceBy } from "../../app/model/edits/whole.js";
import { applied } from "../../app/model/patches.js";
import { isSame } from "../../app/model/same.js";
import { randomDocument } from "../graphs.js";
import { oneOf, randomFrom } from "../random.js";

/** @typedef {import("../../app/model/document.js").WorkflowDocument} WorkflowDocument */
/** @typedef {import("../../app/model/document.js").Node} Node */

/** @param {Record<string, Node>} nodes @param {Partial<WorkflowDocument>} [more] @returns {WorkflowDocument} */
const graph = (nodes, more = {}) => ({ ...emptyDocument(), nodes, ...more });

/** @param {WorkflowDocument} before @param {WorkflowDocument} after */
const told = (before, after) =>
  differenceOf(before, after).map(({ kind, what, name, given }) => ({ kind, what, name, ...given }));

describe("differenceOf", () => {
  it("says nothing of two that are the same", () => {
    const document = randomDocument(20);

    expect(differenceOf(document, structuredClone(document))).toEqual([]);
  });

  it("names nodes that were added and removed", () => {
    const before = graph({ 1: { type: "Load" } });
    const after = graph({ 2: { type: "Mix", title: "Blend" } });

    expect(told(before, after)).toEqual([
      { kind: "added", what: "node-added", name: "Blend" },
      { kind: "removed", what: "node-removed", name: "Load" },
    ]);
  });

  it("tells a changed value with what it was", () => {
    const before = graph({ 1: { type: "Mix", values: { amount: 0.5, text: "a" } } });
    const after = graph({ 1: { type: "Mix", values: { amount: 0.7, text: "a" } } });

    expect(told(before, after)).toMatchObject([
      { kind: "changed", what: "value", name: "Mix", input: "amount", before: "0.5", after: "0.7" },
    ]);
  });

  it("tells links that were made, taken away and put elsewhere", () => {
    const [a, b] = [
      { type: "Load", title: "A" },
      { type: "Load", title: "B" },
    ];
    const before = graph({ a, b, m: { type: "Mix", links: { first: ["a", 1], model: ["a", 0] } } });
    const after = graph({ a, b, m: { type: "Mix", links: { first: ["b", 1], second: ["a", 1] } } });

    expect(told(before, after)).toMatchObject([
      { what: "relinked", input: "first", before: "A", after: "B" },
      { what: "unlinked", input: "model", before: "A", after: "" },
      { what: "linked", input: "second", before: "", after: "A" },
    ]);
  });

  it("does not count another name of the same output as a change", () => {
    const before = graph({ a: { type: "Load" }, m: { type: "Mix", links: { first: ["a", 1] } } });
    const after = graph({ a: { type: "Load" }, m: { type: "Mix", links: { first: ["a", 1, "IMAGE"] } } });

    expect(told(before, after)).toEqual([]);
  });

  it("tells last what was only moved", () => {
    const before = graph({ 1: { type: "Load", place: [0, 0, 0, 0] } });
    const after = graph({ 1: { type: "Load", place: [5, 0, 0, 0] }, 2: { type: "Mix" } });

    expect(told(before, after).map((each) => each.what)).toEqual(["node-added", "moved"]);
  });

  it("tells of modes, titles and what is exposed", () => {
    const before = graph({ 1: { type: "Load" } });
    const after = graph(
      { 1: { type: "Load", mode: "mute", title: "Mine" } },
      { title: "New", inputs: [{ name: "file", targets: [["1", "file"]] }] },
    );

    expect(told(before, after).map((each) => each.what)).toEqual([
      "mode",
      "title-of",
      "whole-title",
      "whole-inputs",
    ]);
  });

  it("looks into subgraphs", () => {
    const inner = (/** @type {number} */ amount) => ({
      title: "Sub",
      nodes: { 1: { type: "Mix", values: { amount } } },
    });
    const before = graph({}, { subgraphs: { s: inner(1), gone: inner(1) } });
    const after = graph({}, { subgraphs: { s: inner(2) } });

    expect(differenceOf(before, after).map((each) => [each.what, each.level])).toEqual([
      ["subgraph-removed", "gone"],
      ["value", "s"],
    ]);
  });
});

describe("replaceBy", () => {
  it("makes one document of another, and its inverse the first again, whatever differs", () => {
    const random = randomFrom(11);
    for (let round = 0; round < 30; round += 1) {
      const before = randomDocument(12, round + 1);
      const path = [
        "nodes",
        oneOf(random, Object.keys(before.nodes)),
        oneOf(random, ["title", "values", "controls"]),
      ];
      const { root: after } = applied(before, [
        { path, value: random() < 0.3 ? undefined : { x: random() } },
      ]);
      const { root, inverse } = applied(before, replaceBy(before, after));

      expect(isSame(root, after)).toBe(true);
      expect(isSame(applied(root, inverse).root, before)).toBe(true);
    }
  });
});

describe("isSame", () => {
  it("does not mind the order of keys, but that of lists", () => {
    expect(isSame({ a: 1, b: [1, 2] }, { b: [1, 2], a: 1 })).toBe(true);
    expect(isSame([1, 2], [2, 1])).toBe(false);
    expect(isSame({ a: undefined }, {})).toBe(false);
    expect(isSame([], {})).toBe(false);
  });
});
