// @ts-check
import { describe, expect, it } from "vitest";
import { controlledValues } from "../../app/model/controls.js";
import { DocumentStore } from "../../app/model/document.js";
import { makeSubgraph, makeUnique } from "../../app/model/edits/subgraphs.js";
import { unpackSubgraph } from "../../app/model/edits/unpacking.js";
import { findNodes } from "../../app/model/find-nodes.js";
import { specOf } from "../../app/model/schema.js";
import {
  definitionOf,
  holdsDefinition,
  instancesOf,
  isRecursive,
  mayHold,
  subgraphSpecs,
  unusedDefinitions,
} from "../../app/model/subgraphs.js";
import { randomDocument, SCHEMA } from "../graphs.js";
import { oneOf, randomFrom } from "../random.js";
import { flattened } from "./flatten.js";

/** @typedef {import("../../app/model/document.js").WorkflowDocument} WorkflowDocument */

/** @param {WorkflowDocument} document @param {readonly string[]} nodes @param {any} [about] @param {string} [level] */
function made(document, nodes, about = { title: "Part" }, level = "") {
  const store = new DocumentStore(document);
  const result = makeSubgraph(store.document, SCHEMA, level, { nodes }, about);
  store.commit("edit", result.patches);
  return { store, ...result };
}

/** @returns {WorkflowDocument} */
const chained = () => ({
  format: "sfumato",
  version: 1,
  nodes: {
    1: { type: "Load", place: [0, 0, 0, 0] },
    2: { type: "Mix", place: [300, 0, 0, 0], links: { first: ["1", 1, "IMAGE"], second: ["1", 1, "IMAGE"] } },
    3: { type: "Mix", place: [600, 0, 0, 0], links: { first: ["2", 0, "IMAGE"], second: ["1", 1, "IMAGE"] } },
    4: { type: "Show", place: [900, 0, 0, 0], links: { images: ["3", 0, "IMAGE"] } },
  },
  inputs: [{ name: "prompt", label: "What", targets: [["3", "text"]] }],
  outputs: [{ name: "picture", source: ["2", 0] }],
});

/** Nodes that are exposed here and there. @param {number} seed */
function randomWorkflow(seed) {
  const random = randomFrom(seed);
  const document = randomDocument(14, seed);
  const ids = Object.keys(document.nodes);
  const mixes = ids.filter((id) => document.nodes[id].type === "Mix");
  for (const id of mixes) {
    if (random() < 0.4) document.nodes[id].values = { amount: random() };
    if (random() < 0.3) document.nodes[id].controls = { amount: "randomize" };
  }
  document.inputs = ["amount", "text", "first"].map((name) => ({
    name,
    targets: [
      [oneOf(random, mixes), name],
      ...(random() < 0.5 ? [/** @type {[string, string]} */ ([mixes[0], name])] : []),
    ],
  }));
  document.outputs = [0, 1].map((index) => ({ name: `out${index}`, source: [oneOf(random, mixes), 0] }));
  return { document, random, ids };
}

describe("making a subgraph", () => {
  it("exposes what crosses, named after the sockets inside", () => {
    const { store, id, definition } = made(chained(), ["2", "3"]);

    expect(store.document.subgraphs?.[definition]).toMatchObject({
      inputs: [
        {
          name: "first",
          targets: [
            ["2", "first"],
            ["2", "second"],
            ["3", "second"],
          ],
        },
        { name: "prompt", label: "What", targets: [["3", "text"]] },
      ],
      outputs: [
        { name: "image", label: "IMAGE", source: ["3", 0] },
        { name: "image_2", label: "IMAGE", source: ["2", 0] },
      ],
    });
    expect(store.document.nodes[id].links).toEqual({ first: ["1", 1, "IMAGE"] });
    expect(store.document.nodes[4].links).toEqual({ images: [id, 0, "IMAGE"] });
    expect(store.document.inputs).toEqual([{ name: "prompt", label: "What", targets: [[id, "prompt"]] }]);
    expect(store.document.outputs).toEqual([{ name: "picture", source: [id, 1] }]);
  });

  it("puts the instance in the middle and keeps places inside", () => {
    const { store, id, definition } = made(chained(), ["2", "3"]);

    expect(store.document.subgraphs?.[definition].nodes[3].place).toEqual([600, 0, 0, 0]);
    const [x] = store.document.nodes[id].place ?? [];
    expect(x).toBe(450);
  });

  it("shows the values that were chosen, each with a name of its own", () => {
    const shown = [
      ["2", "amount"],
      ["3", "amount"],
    ];
    const { store, definition } = made(chained(), ["2", "3"], { title: "Part", shown });

    const inputs = store.document.subgraphs?.[definition].inputs ?? [];
    expect(inputs.map((each) => each.name)).toEqual(["first", "amount", "prompt", "amount_2"]);
    expect(inputs[1].label).toBe("Mix amount");
  });

  it("gives the instance what happens to a shown value after a run", () => {
    const document = chained();
    Object.assign(document.nodes[3], { values: { text: "a" }, controls: { text: "increment" } });
    const { store, id, definition } = made(document, ["3"]);

    expect(store.document.nodes[id]).toMatchObject({
      values: { prompt: "a" },
      controls: { prompt: "increment" },
    });
    expect(store.document.subgraphs?.[definition].nodes[3].controls).toEqual({});
  });

  it("gives its notes back when it is unpacked", () => {
    const { store, id, definition } = made(chained(), ["2", "3"]);
    const note = { id: "n1", text: "why", place: [600, 0, 100, 50] };
    store.commit("note", [{ path: ["view", "notes"], value: [{ ...note, text: "outer" }] }]);
    store.commit("note", [{ path: ["subgraphs", definition, "view", "notes"], value: [note] }]);
    store.commit("edit", unpackSubgraph(store.document, SCHEMA, "", id).patches);

    expect(store.document.view?.notes).toMatchObject([
      { id: "n1", text: "outer" },
      { id: "n2", text: "why" },
    ]);
  });

  it("takes the dots of links inside with it, and leaves those of links that cross", () => {
    const document = chained();
    document.view = {
      dots: { a: { place: [1, 1] }, b: { place: [2, 2], after: "a" }, c: { place: [3, 3] } },
      routes: { 3: { first: "b" }, 2: { first: "c" } },
    };
    const { store, id, definition } = made(document, ["2", "3"]);

    expect(store.document.subgraphs?.[definition].view).toEqual({
      dots: { a: { place: [1, 1] }, b: { place: [2, 2], after: "a" } },
      routes: { 3: { first: "b" } },
    });
    expect(store.document.view).toEqual({ dots: { c: { place: [3, 3] } }, routes: { [id]: { first: "c" } } });
    store.commit("edit", unpackSubgraph(store.document, SCHEMA, "", id).patches);
    expect(Object.keys(store.document.view?.dots).sort()).toEqual(["a", "b", "c"]);
    expect(store.document.view?.routes[3]).toEqual({ first: "b", second: "c" });
  });
});

describe("what runs", () => {
  it.each(Array.from({ length: 60 }, (_, index) => index + 1))(
    "is the same after making and unpacking (%i)",
    (seed) => {
      const { document, random, ids } = randomWorkflow(seed);
      const before = flattened(document);
      const { store, id } = made(document, ids.filter(() => random() < 0.5).concat(ids[5]));
      expect(flattened(store.document)).toEqual(before);

      const outer = Object.keys(store.document.nodes).filter((each) => each === id || random() < 0.4);
      const second = makeSubgraph(store.document, SCHEMA, "", { nodes: outer }, { title: "Part" });
      store.commit("edit", second.patches);
      expect(flattened(store.document)).toEqual(before);

      store.commit("edit", unpackSubgraph(store.document, SCHEMA, "", second.id).patches);
      store.commit("edit", unpackSubgraph(store.document, SCHEMA, "", id).patches);
      expect(flattened(store.document)).toEqual(before);
      expect(store.document.subgraphs).toEqual({});
      while (store.undo());
      expect(store.document).toEqual(document);
    },
  );

  it.each([3, 5, 8, 13])("is the same for a subgraph made inside another (%i)", (seed) => {
    const { document, random, ids } = randomWorkflow(seed);
    const before = flattened(document);
    const { store, definition } = made(document, ids.slice(3, 12));

    const inner = Object.keys(store.document.subgraphs?.[definition].nodes ?? {}).filter(
      () => random() < 0.5,
    );
    const { patches, id } = makeSubgraph(
      store.document,
      SCHEMA,
      definition,
      { nodes: inner },
      { title: "Part" },
    );
    store.commit("edit", patches);
    expect(flattened(store.document)).toEqual(before);

    store.commit("edit", unpackSubgraph(store.document, SCHEMA, definition, id).patches);
    expect(flattened(store.document)).toEqual(before);
  });
});

describe("definitions", () => {
  it("are used until the last instance goes", () => {
    const { store, id, definition } = made(chained(), ["2"]);
    const copy = { ...store.document.nodes[id] };
    store.commit("edit", [{ path: ["nodes", "20"], value: copy }]);
    store.commit("edit", unpackSubgraph(store.document, SCHEMA, "", id).patches);

    expect(instancesOf(store.document, definition)).toEqual([{ level: "", node: "20" }]);
    expect(unusedDefinitions(store.document)).toEqual([]);
    store.commit("edit", [{ path: ["nodes", "20"], value: undefined }]);
    expect(unusedDefinitions(store.document)).toEqual([definition]);
  });

  it("never hold themselves", () => {
    const { store, definition, id } = made(chained(), ["2", "3"]);
    const outer = makeSubgraph(store.document, SCHEMA, "", { nodes: [id] }, { title: "Outer" });
    store.commit("edit", outer.patches);
    const { document } = store;

    expect(holdsDefinition(document, outer.definition, definition)).toBe(true);
    expect(mayHold(document, definition, outer.definition)).toBe(false);
    expect(mayHold(document, outer.definition, definition)).toBe(true);
    expect(isRecursive(document, outer.definition)).toBe(false);
    const path = ["subgraphs", definition, "nodes", "99"];
    store.commit("edit", [{ path, value: { type: `subgraph:${outer.definition}` } }]);
    expect(isRecursive(store.document, definition)).toBe(true);
    expect(subgraphSpecs(SCHEMA, document, definition)).toEqual([]);
    expect(subgraphSpecs(SCHEMA, document).map((each) => each.title)).toEqual(["Part", "Outer"]);
  });

  it("are described although they hold themselves, and one that does is as one that is missing", () => {
    const document = /** @type {WorkflowDocument} */ ({
      format: "sfumato",
      version: 1,
      nodes: { 1: { type: "subgraph:a" } },
      subgraphs: {
        a: {
          nodes: { 1: { type: "subgraph:b" } },
          inputs: [{ name: "x", targets: [["1", "x"]] }],
          outputs: [{ name: "y", source: ["1", 0] }],
        },
        b: {
          nodes: { 1: { type: "subgraph:a" } },
          inputs: [{ name: "x", targets: [["1", "x"]] }],
          outputs: [{ name: "y", source: ["1", 0] }],
        },
      },
    });

    expect(specOf(SCHEMA, document, document.nodes[1])).toMatchObject({
      title: "a",
      outputs: [{ name: "y" }],
    });
    expect(findNodes(document, SCHEMA, "subgraph").length).toBeLessThan(5);
    expect(controlledValues(document, SCHEMA)).toEqual([]);
  });

  it("that hold each other many times over are described once", () => {
    const levels = Array.from({ length: 40 }, (_, index) => `l${index}`);
    const targets = (/** @type {string} */ id) => ({ name: `in${id}`, targets: [[id, "in1"]] });
    const inside = (/** @type {number} */ index) => ({
      nodes: { 1: { type: `subgraph:l${index + 1}` }, 2: { type: `subgraph:l${index + 1}` } },
      inputs: [targets("1"), targets("2")],
    });
    const document = /** @type {any} */ ({
      nodes: { 1: { type: "subgraph:l0" } },
      subgraphs: Object.fromEntries(levels.map((level, index) => [level, inside(index)])),
    });

    expect(specOf(SCHEMA, document, document.nodes[1]).inputs).toHaveLength(2);
  });

  it("can be an instance's own", () => {
    const { store, id, definition } = made(chained(), ["2"]);
    store.commit("edit", makeUnique(store.document, "", id, "Part"));

    const own = definitionOf(store.document.nodes[id]);
    expect(own).not.toBe(definition);
    expect(store.document.subgraphs?.[own].nodes).toBe(store.document.subgraphs?.[definition].nodes);
  });
});
