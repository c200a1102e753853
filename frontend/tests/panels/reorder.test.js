// @ts-check
import { expect, it } from "vitest";
import { placeAmong } from "../../app/panels/inspector/reorder.js";

const rows = [0, 20, 40, 60].map((top) => ({ top, height: 20 }));

it.each([
  [0, -50, 0],
  [0, 5, 0],
  [0, 35, 1],
  [0, 500, 3],
  [3, 25, 1],
  [3, 5, 0],
  [2, 45, 2],
])("a row from place %i dragged to %i comes to place %i", (from, y, place) => {
  expect(placeAmong(rows, from, y)).toBe(place);
});
