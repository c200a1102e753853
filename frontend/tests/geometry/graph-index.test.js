// @ts-check
import { describe, expect, it } from "vitest";
import { GraphIndex } from "../../app/geometry/graph-index.js";
import { DocumentStore } from "../../app/model/document.js";
import { connect, disconnect } from "../../app/model/edits/links.js";
import { moveNodes, removeNodes } from "../../app/model/edits/nodes.js";
import { randomDocument, SCHEMA } from "../graphs.js";
import { oneOf, randomFrom } from "../random.js";

/** @param {import("../../app/model/document.js").WorkflowDocument} document */
function indexOf(document) {
  const index = new GraphIndex();
  index.follow(document, document, SCHEMA);
  return index;
}

/** @param {GraphIndex} index */
const plain = (index) => ({
  nodes: Object.fromEntries(
    [...index.nodes].map(([id, { x, y, width, height }]) => [id, [x, y, width, height]]),
  ),
  links: Object.fromEntries(
    [...index.links].map(([id, { from, output, type, curve }]) => [id, [from, output, type, curve]]),
  ),
});

describe("GraphIndex", () => {
  it("is the same when it follows edits as when it is made anew", () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const random = randomFrom(seed);
      const store = new DocumentStore(randomDocument(30, seed));
      const index = indexOf(store.document);
      for (let step = 0; step < 20; step += 1) {
        store.commit("edit", randomEdit(store.document, random));
        index.follow(store.document, store.document, SCHEMA);
      }

      expect(plain(index)).toEqual(plain(indexOf(store.document)));
    }
  });

  it("makes only the curves of a dragged node's links anew", () => {
    const document = randomDocument(500);
    const index = indexOf(document);
    const before = index.curvesMade;
    index.drag(["250"], 10, 0);

    expect(index.curvesMade - before).toBe(index.linksOf("250").size);
  });

  it("says which nodes have changed", () => {
    const store = new DocumentStore(randomDocument(50));
    const index = indexOf(store.document);
    store.commit("move", moveNodes("", store.document, ["7"], 5, 5));
    const changed = index.follow(store.document, store.document, SCHEMA);

    expect([...changed.nodes]).toEqual(["7"]);
  });

  it("puts dragged nodes back when they are dropped", () => {
    const document = randomDocument(20);
    const index = indexOf(document);
    const before = plain(index);
    index.drag(["3", "4"], 100, 50);
    index.drop();

    expect(plain(index)).toEqual(before);
  });
});

/**
 * @param {import("../../app/model/document.js").WorkflowDocument} document @param {() => number} random
 */
function randomEdit(document, random) {
  const ids = Object.keys(document.nodes);
  const id = oneOf(random, ids);
  const links = Object.keys(document.nodes[id].links ?? {});
  const kind = random();
  if (kind < 0.2) return removeNodes("", document, new Set([id]));
  if (kind < 0.4 && links.length) return disconnect("", id, oneOf(random, links));
  if (kind < 0.6 && document.nodes[id].type === "Mix") {
    const from = oneOf(random, ids);
    return connect("", id, "first", [from, document.nodes[from].type === "Load" ? 1 : 0, "IMAGE"]);
  }
  return moveNodes("", document, [id], Math.round(random() * 100), 3);
}
