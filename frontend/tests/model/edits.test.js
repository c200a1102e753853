// @ts-check
import { expect, it } from "vitest";
import { nodeBox } from "../../app/geometry/node-box.js";
import { batchOf } from "../../app/model/batches.js";
import { insertNode } from "../../app/model/edits/insert.js";
import { moveNodes } from "../../app/model/edits/nodes.js";
import { applied } from "../../app/model/patches.js";

const LOAD = {
  id: "Load",
  version: 1,
  title: "Load",
  inputs: [],
  outputs: [{ name: "IMAGE", type: "IMAGE" }],
};
const SHOW = { id: "Show", version: 1, title: "Show", inputs: [{ name: "a", type: "IMAGE" }], outputs: [] };

/** @returns {import("../../app/model/document.js").WorkflowDocument} */
const dotted = () => ({
  format: "sfumato",
  version: 1,
  nodes: { 1: { type: "Load" }, 2: { type: "Show", links: { a: ["1", 0, "IMAGE"] } } },
  view: { dots: { d1: { place: [0, 0] } }, routes: { 2: { a: "d1" } } },
});

it("a new node for an input takes the dots of the link that it replaces with it", () => {
  const document = dotted();
  const node = document.nodes[2];
  const spec = /** @type {any} */ (SHOW);
  const placed = { id: "2", x: 0, y: 0, box: nodeBox(node, spec), node, spec };
  const from = /** @type {any} */ ({
    kind: "input",
    node: placed,
    input: "a",
    type: "IMAGE",
    at: { x: 0, y: 0 },
  });

  const { patches, id } = insertNode(
    "",
    document,
    /** @type {any} */ (LOAD),
    { x: 0, y: 0 },
    { taken: [], from },
  );
  const { root } = applied(document, patches);

  expect(root.nodes[2].links?.a.slice(0, 2)).toEqual([id, 0]);
  expect(root.view?.dots).toEqual({});
});

it("a node that is gone when it is let go is not moved, and keeps the others from nothing", () => {
  const patches = moveNodes("", dotted(), ["9", "1"], 5, 5);

  expect(patches).toEqual([{ path: ["nodes", "1", "place"], value: [5, 5, 0, 0] }]);
});

it("a number of a batch that JSON can not say stays as it was typed, for the server to refuse", () => {
  const widget = /** @type {any} */ ({ kind: "float" });
  const typed = /** @type {any} */ ({
    hasSeeds: false,
    grid: [{ input: "1.cfg", text: "7, 1e999" }],
    table: "",
  });
  const choice = { name: "1.cfg", label: "cfg", group: "", widget };

  expect(batchOf(typed, [choice]).batch).toEqual({ grid: { "1.cfg": [7, "1e999"] } });
});
