// @ts-check
import { describe, expect, it } from "vitest";
import { changedNodes, wayInto } from "../../app/model/changed.js";

/** @type {import("../../app/model/document.js").WorkflowDocument} */
const DOCUMENT = {
  format: "sfumato",
  version: 1,
  nodes: { 1: { type: "subgraph:outer" }, 2: { type: "A" } },
  subgraphs: {
    outer: { nodes: { 5: { type: "subgraph:inner" } } },
    inner: { nodes: { 7: { type: "A" } } },
    alone: { nodes: {} },
  },
};

describe("changedNodes", () => {
  it("tells the levels and their nodes", () => {
    const levels = changedNodes([
      { path: ["nodes", "2", "values", "a"], value: 1 },
      { path: ["subgraphs", "inner", "nodes", "7"], value: undefined },
      { path: ["subgraphs", "inner", "frames"], value: [] },
    ]);

    expect([...levels].map(([level, ids]) => [level, [...ids]])).toEqual([
      ["", ["2"]],
      ["inner", ["7"]],
    ]);
  });

  it("takes a definition that comes or goes as a part of what its instance is", () => {
    const levels = changedNodes([
      { path: ["subgraphs", "inner"], value: undefined },
      { path: ["nodes", "1"], value: undefined },
    ]);

    expect([...levels.keys()]).toEqual([""]);
  });
});

describe("wayInto", () => {
  it("leads through the instances", () => {
    expect(wayInto(DOCUMENT, "inner")).toEqual(["1", "5"]);
    expect(wayInto(DOCUMENT, "")).toEqual([]);
  });

  it("is null for what nothing leads to", () => {
    expect(wayInto(DOCUMENT, "alone")).toBeNull();
  });
});
