// @ts-check
import { expect, test } from "vitest";
import { GraphIndex } from "../../app/geometry/graph-index.js";
import { hitTest } from "../../app/geometry/hit-test.js";
import { SCHEMA } from "../graphs.js";

/** @returns {import("../../app/model/document.js").WorkflowDocument} */
const small = () => ({
  format: "sfumato",
  version: 1,
  nodes: {
    a: { type: "Load", place: [0, 0, 0, 0] },
    b: { type: "Show", place: [600, 0, 0, 0], links: { images: ["a", 1, "IMAGE"] } },
  },
  frames: [{ title: "All", place: [-50, -100, 1000, 600] }],
  view: {
    dots: { d1: { place: [400, 300] } },
    notes: [{ id: "n", title: "", text: "", place: [0, 300, 200, 100] }],
  },
});

function index() {
  const document = small();
  const made = new GraphIndex();
  made.follow(document, document, SCHEMA);
  return made;
}

test.each([
  ["header", 100, 15],
  ["output", 238, 72],
  ["dot", 404, 303],
  ["note", 100, 350],
  ["frame", 300, -90],
  ["frame-corner", 948, 498],
  ["nothing", 300, 450],
])("there is a %s", (kind, x, y) => {
  expect(hitTest(index(), { x, y }, 1).kind).toBe(kind);
});

test("from far away nodes are taken, not their sockets", () => {
  expect(hitTest(index(), { x: 220, y: 15 }, 0.1).kind).toBe("header");
  expect(hitTest(index(), { x: 225, y: 15 }, 0.35).kind).toBe("header");
});

test("a finger takes a socket from farther than a pointer", () => {
  expect(hitTest(index(), { x: 222, y: 72 }, 1).kind).toBe("body");
  expect(hitTest(index(), { x: 222, y: 72 }, 1, 22).kind).toBe("output");
});
