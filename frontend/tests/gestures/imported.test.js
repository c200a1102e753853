// @ts-check
/** What imported workflows draw that does not run: links pass it, and edits keep it. */

import { describe, expect, test } from "vitest";
import { GraphIndex } from "../../app/geometry/graph-index.js";
import { nodeBox } from "../../app/geometry/node-box.js";
import { removeDots } from "../../app/model/edits/dots.js";
import { disconnect } from "../../app/model/edits/links.js";
import { applied } from "../../app/model/patches.js";
import { SCHEMA } from "../graphs.js";

/** @typedef {import("../../app/model/document.js").WorkflowDocument} WorkflowDocument */

/** @returns {WorkflowDocument} */
const imported = () => ({
  format: "sfumato",
  version: 1,
  nodes: {
    1: { type: "Load", place: [0, 0, 0, 0] },
    2: { type: "Show", place: [900, 0, 0, 0], links: { images: ["1", 1, "IMAGE"] } },
    3: {
      type: "Mix",
      place: [900, 300, 0, 0],
      links: { first: ["1", 1, "IMAGE"] },
      values: { amount: 0.25 },
    },
  },
  view: {
    virtual: {
      20: { type: "Reroute", place: [400, 50, 80, 30], foreign: { id: 20 } },
      21: {
        type: "SetNode",
        place: [400, 200, 160, 60],
        foreign: { widgets_values: ["PIC"], title: "Set_PIC" },
      },
      22: {
        type: "GetNode",
        place: [600, 300, 160, 60],
        foreign: { widgets_values: ["PIC"], title: "Get_PIC" },
      },
      23: { type: "PrimitiveNode", place: [600, 500, 160, 60], foreign: { widgets_values: [0.25] } },
    },
    wires: {
      20: { 0: ["1", 1] },
      21: { 0: ["1", 1] },
      2: { images: ["20", 0] },
      3: { first: ["22", 0], amount: ["23", 0] },
    },
  },
});

/** @param {WorkflowDocument} document */
function indexOf(document) {
  const index = new GraphIndex();
  index.follow(document, document, SCHEMA);
  return index;
}

describe("links of imported workflows", () => {
  test("pass the reroutes that they were drawn through", () => {
    const { start, through } = indexOf(imported()).wayOf("2", "images");

    expect(start).toBeNull();
    expect(through).toEqual([{ id: "20", at: { x: 440, y: 65 } }]);
  });

  test("begin where a shared value is taken up", () => {
    expect(indexOf(imported()).wayOf("3", "first").start).toEqual({ x: 760, y: 315 });
  });

  test("go straight once they come from elsewhere", () => {
    const document = imported();
    document.nodes[2].links = { images: ["3", 0, "IMAGE"] };

    expect(indexOf(document).wayOf("2", "images").through).toEqual([]);
  });

  test("wires of primitives and into shared values are drawn, though they are no links", () => {
    expect(indexOf(imported()).wires).toHaveLength(2);
  });

  test("an edit elsewhere keeps all of it, and a dragged reroute takes its links along", () => {
    const document = imported();
    const { root } = applied(document, disconnect("", "3", "first"));
    expect(root.view?.virtual).toBe(document.view?.virtual);

    const index = indexOf(document);
    const before = index.curvesMade;
    index.drag([], 0, 40, ["dot 20"]);
    expect(index.wayOf("2", "images").through[0].at).toEqual({ x: 440, y: 105 });
    expect(index.curvesMade - before).toBe(1);
    index.drop();
    expect(index.wayOf("2", "images").through[0].at).toEqual({ x: 440, y: 65 });
  });

  test("without a reroute the wire goes on from its source", () => {
    const document = imported();
    const { root } = applied(document, removeDots("", document, new Set(["20"])));

    expect(root.view?.wires[2].images).toEqual(["1", 1]);
    expect(root.view?.virtual[20]).toBeUndefined();
  });
});

test("a node that was collapsed in the imported file is collapsed, until the person unfolds it", () => {
  const spec = SCHEMA.get("Mix");
  if (!spec) throw new Error("There is no such type.");
  const node = { type: "Mix", foreign: { node: { flags: { collapsed: true } } } };

  expect(nodeBox(node, spec).isCollapsed).toBe(true);
  expect(nodeBox({ ...node, collapsed: false }, spec).isCollapsed).toBe(false);
});
