// @ts-check
import dagre from "@dagrejs/dagre";
import { describe, expect, it } from "vitest";
import { meet } from "../../app/geometry/camera.js";
import { GraphIndex } from "../../app/geometry/graph-index.js";
import { aligned, distributed } from "../../app/model/edits/arrange.js";
import { freePlace } from "../../app/model/edits/insert.js";
import { laidOut, layoutPatches, layoutTask } from "../../app/model/edits/layout.js";
import { downstream, upstream } from "../../app/model/edits/selected.js";
import { applied } from "../../app/model/patches.js";
import { randomDocument, SCHEMA } from "../graphs.js";

/** @param {number} count @param {number} seed */
function graphOf(count, seed) {
  const document = randomDocument(count, seed);
  const index = new GraphIndex();
  index.follow(document, document, SCHEMA);
  return { document, nodes: [...index.nodes.values()] };
}

/** @param {import("../../app/model/document.js").WorkflowDocument} document */
function boxesOf(document) {
  const index = new GraphIndex();
  index.follow(document, document, SCHEMA);
  return [...index.nodes.values()];
}

describe("aligned", () => {
  const ENDS = /** @type {const} */ ({
    left: (/** @type {any} */ each) => each.x,
    center: (/** @type {any} */ each) => each.x + each.width / 2,
    right: (/** @type {any} */ each) => each.x + each.width,
    top: (/** @type {any} */ each) => each.y,
    middle: (/** @type {any} */ each) => each.y + each.height / 2,
    bottom: (/** @type {any} */ each) => each.y + each.height,
  });

  it.each(/** @type {(keyof typeof ENDS)[]} */ (Object.keys(ENDS)))("puts nodes in line: %s", (side) => {
    const { document, nodes } = graphOf(6, 3);
    const after = boxesOf(applied(document, aligned("", document, nodes, side)).root).map(ENDS[side]);

    expect(Math.max(...after) - Math.min(...after)).toBeLessThanOrEqual(1);
  });

  it("leaves pinned nodes where they are", () => {
    const { document, nodes } = graphOf(4, 3);
    document.nodes[1] = { ...document.nodes[1], pinned: true };

    expect(aligned("", document, nodes, "left").every(({ path }) => path[1] !== "1")).toBe(true);
  });
});

describe("distributed", () => {
  it("makes gaps alike and leaves the outermost", () => {
    const { document, nodes } = graphOf(7, 5);
    const after = boxesOf(applied(document, distributed("", document, nodes, "horizontal")).root);
    const sorted = after.sort((a, b) => a.x - b.x);
    const gaps = sorted.slice(1).map((each, at) => each.x - sorted[at].x - sorted[at].width);

    expect(Math.max(...gaps) - Math.min(...gaps)).toBeLessThanOrEqual(2);
  });

  it("does nothing with two", () => {
    const { document, nodes } = graphOf(2, 5);

    expect(distributed("", document, nodes, "vertical")).toEqual([]);
  });
});

describe("laidOut", () => {
  it("puts every node right of what feeds it, and none on another", () => {
    for (let seed = 1; seed <= 5; seed += 1) {
      const { document, nodes } = graphOf(20, seed);
      const task = layoutTask(document, nodes, { keepsFrames: false });
      const { root } = applied(document, layoutPatches("", document, nodes, task, laidOut(dagre, task)));
      const after = boxesOf(root);
      const placed = new Map(after.map((each) => [each.id, each]));

      for (const each of after) {
        for (const [from] of Object.values(each.node.links ?? {})) {
          const source = placed.get(from);
          expect(source && source.x + source.width <= each.x).toBe(true);
        }
        for (const other of after) if (other !== each) expect(meet(each, other)).toBe(false);
      }
    }
  });

  it("puts a frame around its nodes again", () => {
    const { document, nodes } = graphOf(6, 2);
    const [{ x, y, width, height }] = nodes;
    document.frames = [{ title: "F", place: [x - 5, y - 5, width + 10, height + 10] }];
    const task = layoutTask(document, nodes, { keepsFrames: false });
    const { root } = applied(document, layoutPatches("", document, nodes, task, laidOut(dagre, task)));
    const [left, top, wide, high] = root.frames?.[0].place ?? [0, 0, 0, 0];
    const [first] = boxesOf(root);

    expect(first.x).toBeGreaterThan(left);
    expect(first.y).toBeGreaterThan(top);
    expect(first.x + first.width).toBeLessThan(left + wide);
    expect(first.y + first.height).toBeLessThan(top + high);
  });
});

describe("freePlace", () => {
  it("finds a place where nothing lies", () => {
    const { nodes } = graphOf(40, 9);
    for (const each of nodes) {
      const box = { x: each.x, y: each.y, width: 200, height: 100 };

      expect(nodes.some((other) => meet({ ...box, ...freePlace(box, nodes) }, other))).toBe(false);
    }
  });
});

describe("upstream and downstream", () => {
  it("are each other's opposite", () => {
    const { document } = graphOf(30, 4);
    for (const id of Object.keys(document.nodes))
      for (const other of upstream(document, [id])) expect(downstream(document, [other]).has(id)).toBe(true);
  });
});
