// @ts-check
import { describe, expect, it } from "vitest";
import { firstOf, nearestIn } from "../../app/geometry/nearest.js";
import { randomFrom } from "../random.js";

/** @param {string} id @param {number} x @param {number} y */
const box = (id, x, y) => ({ id, x, y, width: 10, height: 10 });

describe("the next node in a direction", () => {
  const all = [
    box("middle", 0, 0),
    box("right", 100, 10),
    box("far", 300, 0),
    box("below", 20, 90),
    box("aside", 60, 200),
  ];

  it.each(
    /** @type {const} */ ([
      ["right", "right"],
      ["down", "below"],
      ["left", undefined],
      ["up", undefined],
    ]),
  )("%s is %s", (direction, id) => {
    expect(nearestIn(all, all[0], direction)?.id).toBe(id);
  });

  it("prefers what lies ahead to what is near and aside", () => {
    const boxes = [box("here", 0, 0), box("ahead", 200, 0), box("aside", 20, 100)];

    expect(nearestIn(boxes, boxes[0], "right")?.id).toBe("ahead");
  });

  it.each([1, 2, 3, 4])("reaches every node of a graph (%i)", (seed) => {
    const random = randomFrom(seed);
    const boxes = Array.from({ length: 60 }, (_, index) =>
      box(String(index), random() * 4000, random() * 2000),
    );
    const reached = new Set([firstOf(boxes)]);
    for (const from of reached) {
      if (!from) continue;
      for (const way of /** @type {const} */ (["left", "right", "up", "down"])) {
        const next = nearestIn(boxes, from, way);
        if (next) reached.add(next);
      }
    }

    expect(reached.size).toBeGreaterThan(57);
  });
});

it("one begins to read at the upper left", () => {
  expect(firstOf([box("b", 50, 50), box("a", 0, 10), box("c", 0, 80)])?.id).toBe("a");
});
