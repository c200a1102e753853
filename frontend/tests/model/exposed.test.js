// @ts-check
import { describe, expect, it } from "vitest";
import { DocumentStore, graphAt } from "../../app/model/document.js";
import {
  describeExposed,
  expose,
  exposedIndex,
  freeName,
  moveExposed,
  setExposed,
  toggleExposed,
  unexpose,
} from "../../app/model/edits/exposed.js";

/** @returns {import("../../app/model/document.js").WorkflowDocument} */
const document = () => ({
  format: "sfumato",
  version: 1,
  nodes: {
    1: { type: "Load", values: { file: "a" } },
    2: { type: "Sample", values: { seed: 1, steps: 4 } },
    3: { type: "subgraph:inner", values: { steps: 3 }, links: { seed: ["2", 0] } },
  },
  subgraphs: {
    inner: {
      nodes: { 1: { type: "Sample" } },
      inputs: [
        { name: "steps", targets: [["1", "steps"]] },
        { name: "seed", targets: [["1", "seed"]] },
      ],
    },
  },
});

const names = (/** @type {DocumentStore} */ store) => (store.document.inputs ?? []).map((each) => each.name);

describe("exposing", () => {
  it("puts an input last, with a name of its own", () => {
    const store = new DocumentStore(document());

    store.commit("", expose("", store.document, "2", "steps", { label: "How often" }));
    store.commit("", expose("", store.document, "2", "seed", { name: "Steps" }));

    expect(store.document.inputs).toEqual([
      { name: "steps", label: "How often", targets: [["2", "steps"]] },
      { name: "steps_2", targets: [["2", "seed"]] },
    ]);
  });

  it("does not expose twice", () => {
    const store = new DocumentStore(document());
    store.commit("", expose("", store.document, "2", "steps"));

    expect(expose("", store.document, "2", "steps")).toEqual([]);
  });

  it.each([
    ["Prompt strength", "prompt_strength"],
    ["提示词", "input"],
    ["2nd try!", "nd_try"],
    ["", "input"],
  ])("names %j %j", (words, name) => {
    expect(freeName({ nodes: {} }, words)).toBe(name);
  });

  it("is undone by taking it back", () => {
    const store = new DocumentStore(document());
    store.commit("", toggleExposed(store.document, "", "1", "file"));
    expect(exposedIndex(store.document, "1", "file")).toBe(0);

    store.commit("", toggleExposed(store.document, "", "1", "file"));

    expect(store.document.inputs).toEqual([]);
  });

  it("keeps the other targets of an input", () => {
    const store = new DocumentStore({
      ...document(),
      inputs: [
        {
          name: "both",
          targets: [
            ["1", "file"],
            ["2", "seed"],
          ],
        },
      ],
    });

    store.commit("", unexpose(store.document, "", "1", "file"));

    expect(store.document.inputs).toEqual([{ name: "both", targets: [["2", "seed"]] }]);
  });

  it("takes what instances had for it", () => {
    const store = new DocumentStore(document());

    store.commit("", unexpose(store.document, "inner", "1", "seed"));

    expect(graphAt(store.document, "inner").inputs).toHaveLength(1);
    expect(store.document.nodes[3]).toEqual({ type: "subgraph:inner", values: { steps: 3 }, links: {} });
    store.undo();
    expect(store.document).toEqual(document());
  });
});

describe("the list", () => {
  const listed = () =>
    new DocumentStore({
      ...document(),
      inputs: [
        { name: "a", targets: [["1", "file"]] },
        { name: "b", targets: [["2", "seed"]] },
        { name: "c", targets: [["2", "steps"]], label: "See" },
      ],
    });

  it.each([
    [0, 2, ["b", "c", "a"]],
    [2, 0, ["c", "a", "b"]],
    [1, 9, ["a", "c", "b"]],
    [1, -4, ["b", "a", "c"]],
    [1, 1, ["a", "b", "c"]],
    [7, 0, ["a", "b", "c"]],
  ])("moves %i to %i", (from, to, order) => {
    const store = listed();

    store.commit("", moveExposed("", store.document, from, to));

    expect(names(store)).toEqual(order);
  });

  it("keeps words, and forgets empty ones", () => {
    const store = listed();

    store.commit("", describeExposed("", store.document, 0, "group", "What"));
    store.commit("", describeExposed("", store.document, 2, "label", ""));

    expect(store.document.inputs?.[0]).toEqual({ name: "a", targets: [["1", "file"]], group: "What" });
    expect(store.document.inputs?.[2]).toEqual({ name: "c", targets: [["2", "steps"]] });
    expect(describeExposed("", store.document, 2, "label", "")).toEqual([]);
  });

  it("writes a value to every target", () => {
    const store = new DocumentStore(document());

    store.commit(
      "",
      setExposed(
        "",
        {
          name: "n",
          targets: [
            ["2", "seed"],
            ["2", "steps"],
          ],
        },
        9,
      ),
    );

    expect(store.document.nodes[2].values).toEqual({ seed: 9, steps: 9 });
  });
});
