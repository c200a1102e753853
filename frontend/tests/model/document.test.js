// @ts-check
import { describe, expect, it } from "vitest";
import { DocumentStore, emptyDocument } from "../../app/model/document.js";
import { MOST, PAUSE_MS } from "../../app/model/history.js";
import { oneOf, randomFrom } from "../random.js";

/** @param {number} value */
const patch = (value) => [{ path: ["nodes", "1", "values", "steps"], value }];

function storeWithClock() {
  const clock = { now: 0 };
  const store = new DocumentStore(emptyDocument(), undefined, () => clock.now);
  return { store, clock };
}

describe("DocumentStore", () => {
  it("undoes and redoes one entry at a time", () => {
    const { store } = storeWithClock();
    store.commit("one", patch(1));
    store.commit("two", patch(2));
    const undone = store.undo();

    expect(undone?.label).toBe("two");
    expect(store.document.nodes[1].values?.steps).toBe(1);
    expect(store.redo()?.label).toBe("two");
    expect(store.document.nodes[1].values?.steps).toBe(2);
  });

  it("gathers typing into one entry until a pause", () => {
    const { store, clock } = storeWithClock();
    for (const value of [1, 2, 3]) {
      store.commit("typing", patch(value), "1.steps");
      clock.now += 100;
    }
    clock.now += PAUSE_MS;
    store.commit("typing", patch(4), "1.steps");
    store.undo();

    expect(store.document.nodes[1].values?.steps).toBe(3);
    store.undo();
    expect(store.document.nodes[1]?.values?.steps).toBeUndefined();
  });

  it("keeps what is no edit out of the history", () => {
    const { store } = storeWithClock();
    store.adjust(patch(9));

    expect(store.undo()).toBeNull();
    expect(store.document.nodes[1].values?.steps).toBe(9);
  });

  it("keeps of typing where it began and where it ended", () => {
    const { store } = storeWithClock();
    for (let value = 1; value <= 500; value += 1) store.commit("typing", patch(value), "1.steps");

    expect(store.history.done[0].patches).toHaveLength(1);
    store.undo();
    store.redo();
    expect(store.document.nodes[1].values?.steps).toBe(500);
  });

  it("leaves what was put beside an edit when that is undone", () => {
    const { store } = storeWithClock();
    store.commit("dot", [{ path: ["view", "dots", "d1"], value: 1 }]);
    store.adjust([{ path: ["view", "bookmarks", "1"], value: [0, 0, 9, 9] }]);
    store.undo();

    expect(store.document.view).toEqual({ bookmarks: { 1: [0, 0, 9, 9] } });
  });

  it("brings back what a run has changed in a node that was removed again", () => {
    const { store } = storeWithClock();
    const node = { path: ["nodes", "1"], value: undefined };
    store.commit("add", [{ ...node, value: { type: "A", values: { seed: 1 } } }]);
    store.commit("remove", [node]);
    store.undo();
    store.adjust([{ path: ["nodes", "1", "values", "seed"], value: 2 }]);
    store.redo();
    store.undo();

    expect(store.document.nodes[1].values).toEqual({ seed: 2 });
  });

  it("forgets what was undone when something else is done", () => {
    const { store } = storeWithClock();
    store.commit("one", patch(1));
    store.undo();
    store.commit("two", patch(2));

    expect(store.redo()).toBeNull();
  });

  it("remembers a limited number of steps", () => {
    const { store } = storeWithClock();
    for (let value = 0; value < MOST + 50; value += 1) store.commit("step", patch(value));

    expect(store.history.done).toHaveLength(MOST);
  });

  it("comes back to every state it was in, whatever was done", () => {
    const random = randomFrom(3);
    const { store } = storeWithClock();
    const states = [JSON.stringify(store.document)];
    for (let step = 0; step < 100; step += 1) {
      const path = ["nodes", oneOf(random, ["1", "2", "3"]), oneOf(random, ["title", "mode"])];
      store.commit("step", [{ path, value: random() < 0.2 ? undefined : random() }]);
      states.push(JSON.stringify(store.document));
    }
    const last = states.at(-1);
    while (store.undo());
    while (store.redo());

    expect(JSON.stringify(store.document)).toEqual(last);
  });

  it("tells its listeners of the document before and after", () => {
    const { store } = storeWithClock();
    /** @type {unknown[]} */
    const told = [];
    const before = store.document;
    store.watch((now, was) => told.push(now, was));
    store.commit("one", patch(1));

    expect(told).toEqual([store.document, before]);
  });
});
