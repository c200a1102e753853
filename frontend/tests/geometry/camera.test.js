// @ts-check
import { expect, it } from "vitest";
import { around, encloses, fitting, seen, toGraph, toScreen, zoomed } from "../../app/geometry/camera.js";
import { within } from "../../app/geometry/cull.js";
import { randomFrom } from "../random.js";

it("keeps the point under the pointer when it zooms", () => {
  const random = randomFrom(5);
  for (let round = 0; round < 200; round += 1) {
    const camera = { x: random() * 1e4 - 5e3, y: random() * 1e4 - 5e3, zoom: 0.05 + random() * 3 };
    const at = { x: random() * 1440, y: random() * 900 };
    const point = toGraph(camera, at);
    const after = toScreen(zoomed(camera, at, 0.2 + random() * 3), point);

    expect(Math.hypot(after.x - at.x, after.y - at.y)).toBeLessThan(1e-6);
  }
});

it("shows a box whole when it fits it", () => {
  const view = { width: 1440, height: 900 };
  const box = { x: -200, y: 50, width: 4000, height: 700 };

  expect(encloses(seen(fitting(box, view), view), box)).toBe(true);
});

it("finds the same boxes as asking each one", () => {
  const random = randomFrom(9);
  const boxes = Array.from({ length: 300 }, (_, id) => ({
    id,
    x: random() * 1000,
    y: random() * 1000,
    width: 50,
    height: 30,
  }));
  const view = { x: 200, y: 300, width: 400, height: 250 };
  const isSeen = (/** @type {typeof boxes[0]} */ each) =>
    !(
      each.x + each.width <= view.x ||
      each.x >= view.x + view.width ||
      each.y + each.height <= view.y ||
      each.y >= view.y + view.height
    );

  expect(within(boxes, view)).toEqual(boxes.filter(isSeen));
});

it("has nothing around nothing", () => {
  expect(around([])).toBeNull();
});
