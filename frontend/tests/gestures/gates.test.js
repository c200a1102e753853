// @ts-check
/** The counted gates of the surface that need no browser, each with a control that fails without the optimisation. */

import { describe, expect, test } from "vitest";
import { grownBy } from "../../app/geometry/camera.js";
import { MARGIN, MOST_MOUNTED, within } from "../../app/geometry/cull.js";
import { GraphIndex } from "../../app/geometry/graph-index.js";
import { applied } from "../../app/model/patches.js";
import { Mounting } from "../../app/surface/mounting.js";
import { randomDocument, SCHEMA } from "../graphs.js";

const VIEW = { x: 1000, y: 800, width: 1400, height: 900 };

/** @param {number} count */
function indexOf(count) {
  const document = randomDocument(count);
  const index = new GraphIndex();
  index.follow(document, document, SCHEMA);
  return { index, document };
}

/** @param {GraphIndex} index @param {typeof VIEW} view */
function mountedIn(index, view) {
  const layer = /** @type {any} */ ({ append() {} });
  const element = () => /** @type {any} */ ({ remove() {} });
  const mounting = new Mounting(
    layer,
    () => ({ element: element(), update() {}, destroy() {} }),
    () => 0,
  );
  while (!mounting.follow(index.nodes, view, 1, new Set()).isDone);
  return mounting.views.size;
}

describe("nodes mounted", () => {
  test("are those seen and a margin, and never more than 250", () => {
    const few = indexOf(200).index;
    const near = within(few.nodes.values(), grownBy(VIEW, MARGIN)).length;
    expect(mountedIn(few, VIEW)).toBeLessThanOrEqual(near);
    expect(near).toBeLessThan(few.nodes.size);

    expect(mountedIn(indexOf(3000).index, VIEW)).toBeLessThanOrEqual(MOST_MOUNTED);
  });

  test("would be all of them if everything counted as near (control)", () => {
    const { index } = indexOf(200);
    const all = { x: -1e6, y: -1e6, width: 2e6, height: 2e6 };

    expect(mountedIn(index, all)).toBeGreaterThan(within(index.nodes.values(), grownBy(VIEW, MARGIN)).length);
  });
});

describe("links made anew for a dragged node", () => {
  test("are its own", () => {
    const { index } = indexOf(1000);
    const own = index.linksOf("300").size;
    const before = index.curvesMade;
    index.drag(["300"], 10, 10);

    expect(own).toBeGreaterThan(0);
    expect(index.curvesMade - before).toBe(own);
  });

  test("would be all of them if every node counted as changed (control)", () => {
    const { index, document } = indexOf(1000);
    const before = index.curvesMade;
    index.follow(document, document, new Map(SCHEMA));

    expect(index.curvesMade - before).toBeGreaterThan(index.linksOf("300").size);
  });

  test("an edit of one node makes its own links anew and no others", () => {
    const { index, document } = indexOf(1000);
    const moved = {
      ...document.nodes["300"],
      place: /** @type {[number, number, number, number]} */ ([5, 5, 0, 0]),
    };
    const after = { ...document, nodes: { ...document.nodes, 300: moved } };
    const before = index.curvesMade;
    index.follow(after, after, SCHEMA);

    expect(index.curvesMade - before).toBe(index.linksOf("300").size);
  });
});

describe("nodes placed anew for an edit inside a subgraph", () => {
  /** @param {number} count */
  function inside(count) {
    const { nodes } = randomDocument(count);
    const document = /** @type {import("../../app/model/document.js").WorkflowDocument} */ ({
      format: "sfumato",
      version: 1,
      nodes: { 1: { type: "subgraph:outer" } },
      subgraphs: {
        inner: { nodes: { 1: { type: "Load" } } },
        other: { nodes: { 1: { type: "Load" } } },
        outer: {
          nodes: { ...nodes, in: { type: "subgraph:inner" }, beside: { type: "subgraph:other" } },
        },
      },
    });
    const index = new GraphIndex();
    index.follow(document, document.subgraphs?.outer ?? document, SCHEMA);
    return { index, document };
  }

  /** @param {import("../../app/model/document.js").WorkflowDocument} document @param {string} level @param {string} id */
  const moved = (document, level, id) =>
    applied(document, [{ path: ["subgraphs", level, "nodes", id, "place"], value: [5, 5, 0, 0] }]).root;

  test("are what has changed", () => {
    const { index, document } = inside(500);
    const before = index.nodesPlaced;
    const after = moved(document, "outer", "300");
    index.follow(after, after.subgraphs?.outer ?? after, SCHEMA);

    expect(index.nodesPlaced - before).toBe(1);
  });

  test("are the instances of a definition that has changed", () => {
    const { index, document } = inside(500);
    const before = index.nodesPlaced;
    const after = moved(document, "inner", "1");
    const changed = index.follow(after, after.subgraphs?.outer ?? after, SCHEMA);

    expect([...changed.nodes]).toEqual(["in"]);
    expect(index.nodesPlaced - before).toBe(1);
  });

  test("would be all of them if every definition counted as changed (control)", () => {
    const { index, document } = inside(500);
    const before = index.nodesPlaced;
    index.follow(document, document.subgraphs?.outer ?? document, new Map(SCHEMA));

    expect(index.nodesPlaced - before).toBe(502);
  });
});
