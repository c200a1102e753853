// @ts-check
import { expect, it } from "vitest";
import { COLLAPSED_WIDTH, FIELD, HEADER, nodeBox, ROW } from "../../app/geometry/node-box.js";
import { SCHEMA } from "../graphs.js";

const MIX = /** @type {import("../../app/model/schema.js").NodeSpec} */ (SCHEMA.get("Mix"));

it("puts inputs without a widget beside outputs, and widgets below them", () => {
  const box = nodeBox({ type: "Mix" }, MIX);

  expect(box.inputs[0].y).toBe(box.outputs[0].y);
  expect(box.widgets[0].y).toBeGreaterThan(box.inputs[2].y);
  expect(box.widgets.map((each) => each.height)).toEqual([ROW, FIELD]);
});

it("gives the height that a node has beyond its rows to its text fields", () => {
  const usual = nodeBox({ type: "Mix" }, MIX);
  const tall = nodeBox({ type: "Mix", place: [0, 0, 0, usual.height + 50] }, MIX);

  expect(tall.height).toBe(usual.height + 50);
  expect(tall.widgets[1].height).toBe(FIELD + 50);
});

it("draws a linked text field as one row", () => {
  const box = nodeBox({ type: "Mix", links: { text: ["1", 0] } }, MIX);

  expect(box.widgets[1]).toMatchObject({ height: ROW, isLinked: true });
});

it("keeps all sockets of a collapsed node, on its header", () => {
  const box = nodeBox({ type: "Mix", collapsed: true }, MIX);

  expect(box).toMatchObject({ width: COLLAPSED_WIDTH, height: HEADER });
  expect(box.inputs).toHaveLength(5);
});
