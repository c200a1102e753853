// @ts-check
import { expect, it } from "vitest";
import { asCurve, movedPoint, pointsOf, withoutPoint, withPoint } from "../../app/widgets/curve-points.js";

/** @type {import("../../app/widgets/curve-points.js").Point[]} */
const LINE = [
  [0, 0],
  [0.5, 0.5],
  [1, 1],
];

it("reads points and heights, and writes what was there", () => {
  expect(pointsOf([0, 1, 0])).toEqual([
    [0, 0],
    [0.5, 1],
    [1, 0],
  ]);
  expect(asCurve(LINE, [0, 1, 0])).toEqual([0, 0.5, 1]);
  expect(asCurve(LINE, LINE)).toBe(LINE);
});

it("is a straight line when the value is no curve", () => {
  for (const value of [undefined, "x", [], [[0, 0]], [["a", "b"], 1]])
    expect(pointsOf(value)).toHaveLength(2);
});

it("keeps a point between its neighbours", () => {
  expect(movedPoint(LINE, 1, [2, 0.25])[1]).toEqual([1, 0.25]);
  expect(movedPoint(LINE, 0, [-1, -1])[0]).toEqual([0, 0]);
});

it("puts points where they belong, and keeps two", () => {
  expect(withPoint(LINE, [0.75, 0.1])).toMatchObject({ index: 2 });
  expect(withoutPoint(withoutPoint(LINE, 1), 0)).toHaveLength(2);
});
