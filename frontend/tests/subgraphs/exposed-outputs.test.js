// @ts-check
import { describe, expect, it } from "vitest";
import { DocumentStore } from "../../app/model/document.js";
import {
  labelOutput,
  moveOutput,
  removeExposed,
  toggleOutput,
  withInstances,
} from "../../app/model/edits/exposed-outputs.js";
import { removeNodes } from "../../app/model/edits/nodes.js";

/** @returns {import("../../app/model/document.js").WorkflowDocument} */
const document = () => ({
  format: "sfumato",
  version: 1,
  nodes: {
    1: { type: "subgraph:part", links: { amount: ["9", 0] }, values: { text: "a" } },
    2: { type: "Show", links: { a: ["1", 0, "A"], b: ["1", 1, "B"] } },
    9: { type: "Load" },
  },
  outputs: [
    { name: "first", source: ["1", 0] },
    { name: "second", source: ["1", 1] },
  ],
  subgraphs: {
    part: {
      nodes: { 1: { type: "Load" }, 2: { type: "Mix" } },
      inputs: [{ name: "amount", targets: [["2", "amount"]] }],
      outputs: [
        { name: "a", source: ["1", 0] },
        { name: "b", source: ["2", 0] },
      ],
    },
    outer: {
      nodes: { 1: { type: "subgraph:part" } },
      outputs: [
        { name: "x", source: ["1", 0] },
        { name: "y", source: ["1", 1] },
      ],
    },
  },
});

describe("exposed outputs", () => {
  it("keep links when they change places", () => {
    const store = new DocumentStore(document());

    store.commit("", moveOutput(store.document, "part", 0, 1));

    expect(store.document.nodes[2].links).toEqual({ a: ["1", 1, "A"], b: ["1", 0, "B"] });
    expect(store.document.outputs?.map((each) => each.source[1])).toEqual([1, 0]);
    expect(store.document.subgraphs?.outer.outputs?.map((each) => each.source[1])).toEqual([1, 0]);
    store.undo();
    expect(store.document).toEqual(document());
  });

  it("end links when they go", () => {
    const store = new DocumentStore(document());

    store.commit("", toggleOutput(store.document, "part", "1", 0, "A"));

    expect(store.document.nodes[2].links).toEqual({ b: ["1", 0, "B"] });
    expect(store.document.outputs).toEqual([{ name: "second", source: ["1", 0] }]);
    expect(store.document.subgraphs?.outer.outputs).toEqual([{ name: "y", source: ["1", 0] }]);
  });

  it("come last, with a name of their own", () => {
    const store = new DocumentStore(document());

    store.commit("", toggleOutput(store.document, "part", "1", 1, "A"));

    expect(store.document.subgraphs?.part.outputs?.[2]).toEqual({
      name: "a_2",
      label: "A",
      source: ["1", 1],
    });
  });

  it("can be called otherwise", () => {
    const store = new DocumentStore(document());

    store.commit("", labelOutput("part", /** @type {any} */ (store.document.subgraphs).part, 0, "Sharp"));

    expect(store.document.subgraphs?.part.outputs?.[0]).toEqual({
      name: "a",
      label: "Sharp",
      source: ["1", 0],
    });
  });

  it("go with their nodes, and what instances had for inputs too", () => {
    const store = new DocumentStore(document());

    const part = /** @type {any} */ (store.document.subgraphs).part;
    const patches = removeNodes("part", part, new Set(["2"]));
    store.commit("", withInstances(store.document, "part", patches));

    expect(store.document.nodes[2].links).toEqual({ a: ["1", 0, "A"] });
    expect(store.document.nodes[1].links).toEqual({});
    expect(store.document.subgraphs?.part.inputs).toEqual([]);
  });
});

/** @returns {import("../../app/model/document.js").WorkflowDocument} `both` has an instance of `part`, and of `outer`, which has one too */
const nested = () => ({
  format: "sfumato",
  version: 1,
  nodes: {},
  subgraphs: {
    part: {
      nodes: { 1: { type: "Load" } },
      inputs: [{ name: "seed", targets: [["1", "seed"]] }],
      outputs: [{ name: "a", source: ["1", 0] }],
    },
    outer: {
      nodes: { 1: { type: "subgraph:part" } },
      inputs: [{ name: "seed", targets: [["1", "seed"]] }],
      outputs: [{ name: "a", source: ["1", 0] }],
    },
    both: {
      nodes: { 1: { type: "subgraph:part" }, 2: { type: "subgraph:outer" } },
      inputs: [
        { name: "inner", targets: [["1", "seed"]] },
        { name: "outer", targets: [["2", "seed"]] },
      ],
      outputs: [
        { name: "inner", source: ["1", 0] },
        { name: "outer", source: ["2", 0] },
      ],
    },
  },
});

describe("what is exposed on several levels", () => {
  it("goes on all of them with an output that goes", () => {
    const store = new DocumentStore(nested());

    store.commit("", toggleOutput(store.document, "part", "1", 0, "a"));

    expect(store.document.subgraphs?.both.outputs).toEqual([]);
    store.undo();
    expect(store.document).toEqual(nested());
  });

  it("goes on all of them with an input that goes", () => {
    const store = new DocumentStore(nested());

    store.commit("", removeExposed(store.document, "part", "seed"));

    expect(store.document.subgraphs?.both.inputs).toEqual([]);
    store.undo();
    expect(store.document).toEqual(nested());
  });
});
