// @ts-check
// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { A_FRAME, MOVING_MS, Mounting } from "../../app/surface/mounting.js";

const VIEW = { x: 0, y: 0, width: 1000, height: 1000 };
const NODES = new Map(
  Array.from({ length: 40 }, (_, index) => [
    `${index}`,
    { id: `${index}`, x: (index % 8) * 100, y: 0, width: 50, height: 50 },
  ]),
);

/** Return what mounts nodes, each of which takes so long. @param {number} costMs */
function mounting(costMs) {
  let now = 0;
  const make = () => {
    now += costMs;
    return { element: document.createElement("div"), update() {}, destroy() {} };
  };
  return new Mounting(document.createElement("div"), make, () => now);
}

describe("what is mounted in a frame", () => {
  it("is so many nodes at most", () => {
    const cheap = mounting(0);
    expect(cheap.follow(NODES, VIEW, 1, new Set(), true).isDone).toBe(false);
    expect(cheap.mounts).toBe(A_FRAME);
  });

  it("is fewer while the view moves and they take long, but one", () => {
    const dear = mounting(MOVING_MS - 1);
    dear.follow(NODES, VIEW, 1, new Set(), true);
    expect(dear.mounts).toBe(2);
    const dearest = mounting(100);
    dearest.follow(NODES, VIEW, 1, new Set(), true);
    expect(dearest.mounts).toBe(1);
  });

  it("is as many as may be once the view rests", () => {
    const dear = mounting(100);
    dear.follow(NODES, VIEW, 1, new Set());
    expect(dear.mounts).toBe(A_FRAME);
  });

  it("is all of them after some frames", () => {
    const dear = mounting(100);
    let frames = 0;
    while (!dear.follow(NODES, VIEW, 1, new Set(), true).isDone) frames += 1;
    expect([frames, dear.views.size]).toEqual([NODES.size - 1, NODES.size]);
  });
});
