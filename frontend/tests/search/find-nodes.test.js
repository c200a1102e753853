// @ts-check
import { describe, expect, it } from "vitest";
import { findNodes } from "../../app/model/find-nodes.js";
import { SCHEMA } from "../graphs.js";

const DOCUMENT = {
  format: "sfumato",
  version: 1,
  nodes: {
    1: { type: "Load", title: "Beach", values: { file: "sea.png" } },
    2: { type: "subgraph:s" },
  },
  subgraphs: {
    s: { title: "Inside", nodes: { 7: { type: "Mix", values: { text: "a cat on the beach" } } } },
  },
};
const paths = (/** @type {string} */ query) => findNodes(DOCUMENT, SCHEMA, query).map((each) => each.path);

describe("findNodes", () => {
  it("finds by title, type, value and id, inside subgraphs too", () => {
    expect(paths("beach")).toEqual(["1", "2:7"]);
    expect(paths("mix")).toEqual(["2:7"]);
    expect(paths("sea.png")).toEqual(["1"]);
    expect(paths("2:7")).toEqual(["2:7"]);
    expect(paths("")).toEqual([]);
  });
});
