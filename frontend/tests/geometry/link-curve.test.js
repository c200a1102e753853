// @ts-check
import { expect, it } from "vitest";
import { crosses, curveBox, linkCurve, nearest } from "../../app/geometry/link-curve.js";

const FROM = { x: 0, y: 0 };
const TO = { x: 300, y: 100 };

it("begins and ends at its sockets and goes through its dots", () => {
  const curve = linkCurve(FROM, TO, [{ x: 100, y: 200 }]);

  expect(curve.slice(0, 2)).toEqual([0, 0]);
  expect(curve.slice(6, 8)).toEqual([100, 200]);
  expect(curve.slice(-2)).toEqual([300, 100]);
});

it("is near its ends and far from elsewhere", () => {
  const curve = linkCurve(FROM, TO);

  expect(nearest(curve, TO).distance).toBeLessThan(1e-9);
  expect(nearest(curve, { x: 150, y: 400 }).distance).toBeGreaterThan(200);
});

it.each(/** @type {const} */ (["curve", "straight", "right-angled"]))(
  "is crossed by a stroke through its middle when %s",
  (shape) => {
    const curve = linkCurve(FROM, TO, [], shape);

    expect(crosses(curve, { x: 149, y: -500 }, { x: 151, y: 500 })).toBe(true);
    expect(crosses(curve, { x: 149, y: 300 }, { x: 151, y: 500 })).toBe(false);
  },
);

it("lies in its box", () => {
  expect(curveBox(linkCurve(FROM, TO))).toMatchObject({ y: 0, height: 100 });
});
