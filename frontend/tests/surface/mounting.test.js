// @ts-check
// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { A_FRAME, Mounting } from "../../app/surface/mounting.js";

const VIEW = { x: 0, y: 0, width: 1000, height: 1000 };
const NODES = new Map(
  Array.from({ length: 40 }, (_, index) => [
    `${index}`,
    { id: `${index}`, x: (index % 8) * 100, y: 0, width: 50, height: 50 },
  ]),
);

const PINNED = /** @type {ReadonlySet<string>} */ (new Set());

function mounting() {
  const make = () => ({ element: document.createElement("div"), update() {}, destroy() {} });
  return new Mounting(document.createElement("div"), make, () => 0);
}

/** Return what has mounted all that was near once. */
function looked() {
  const looking = mounting();
  looking.follow(new Map(), VIEW, 1, PINNED);
  return looking;
}

/** @param {ReturnType<typeof mounting>} looking @param {boolean[]} moves  whether the view has moved, frame by frame */
const mountedBy = (looking, moves) =>
  moves.map((hasMoved) => {
    const before = looking.mounts;
    looking.follow(NODES, VIEW, 1, PINNED, hasMoved);
    return looking.mounts - before;
  });

describe("what is mounted in a frame", () => {
  it("is so many nodes at most where nothing was there", () => {
    const opening = mounting();

    expect(mountedBy(opening, [true, false, true, true])).toEqual([A_FRAME, A_FRAME, A_FRAME, 4]);
  });

  it("is one while the view moves", () => {
    expect(mountedBy(looked(), Array(10).fill(true))).toEqual(Array(10).fill(1));
  });

  it("is more the longer the view rests, and never more than so many", () => {
    const resting = mountedBy(looked(), [true, ...Array(12).fill(false)]);

    expect(resting.slice(0, 7)).toEqual([1, 1, 2, 2, 3, 3, 4]);
    expect(Math.max(...resting)).toBeLessThanOrEqual(A_FRAME);
  });

  it("is one again when the view moves on", () => {
    expect(mountedBy(looked(), [true, false, false, false, true, false, false])).toEqual([
      1, 1, 2, 2, 1, 1, 2,
    ]);
  });

  it("is what is held all the same", () => {
    const looking = looked();
    const held = new Set(["30", "31", "32"]);
    looking.follow(NODES, VIEW, 1, held, true);

    expect([...looking.views.keys()]).toEqual([...held]);
  });

  it("is all of them after some frames, however the view moves", () => {
    const looking = looked();
    let frames = 1;
    while (!looking.follow(NODES, VIEW, 1, PINNED, true).isDone) frames += 1;

    expect([frames, looking.views.size]).toEqual([NODES.size, NODES.size]);
  });

  it("is as many as may be again once all was taken out", () => {
    const looking = looked();
    looking.clear();

    expect(mountedBy(looking, [true])).toEqual([A_FRAME]);
  });
});
