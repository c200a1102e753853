// @ts-check
import { expect, test } from "vitest";
import { snapped } from "../../app/geometry/snap.js";
import { between } from "../../app/surface/glide.js";

const box = { x: 103, y: 204, width: 50, height: 40 };

test("an edge within reach draws the box, one farther away does not", () => {
  const near = snapped(box, [{ x: 100, y: 500, width: 80, height: 20 }], [], 6);
  expect([near.dx, near.dy]).toEqual([-3, 0]);
  expect(near.guides).toHaveLength(1);

  const far = snapped(box, [{ x: 90, y: 500, width: 80, height: 20 }], [], 6);
  expect([far.dx, far.dy, far.guides.length]).toEqual([0, 0, 0]);
});

test("the nearest of several edges wins", () => {
  const others = [98, 102, 108].map((x) => ({ x, y: 600, width: 500, height: 10 }));

  expect(snapped(box, others, [], 6).dx).toBe(-1);
});

test("a socket level with the one it is linked to wins over an edge that is farther", () => {
  const rows = [{ x: 103, y: 220, toX: 40, toY: 222 }];

  const found = snapped(box, [{ x: 900, y: 207, width: 10, height: 10 }], rows, 6);

  expect(found.dy).toBe(2);
  expect(found.guides).toEqual([{ isUpright: false, at: 222, from: 40, to: 103 }]);
});

test("a point that is at the same pixel before and after a glide stays there all the way", () => {
  const [a, zoom] = [{ x: 10, y: 20, zoom: 1 }, 0.25];
  const at = { x: 300, y: 200 };
  const point = { x: a.x + at.x / a.zoom, y: a.y + at.y / a.zoom };
  const b = { x: point.x - at.x / zoom, y: point.y - at.y / zoom, zoom };

  for (const t of [0.1, 0.5, 0.9]) {
    const now = between(a, b, t);
    expect((point.x - now.x) * now.zoom).toBeCloseTo(at.x, 6);
    expect((point.y - now.y) * now.zoom).toBeCloseTo(at.y, 6);
  }
});
