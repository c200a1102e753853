// @ts-check
import { expect, it } from "vitest";
import { duplicated } from "../../app/gestures/duplicating.js";
import { Tab } from "../../app/state/tab.js";

/** One node, of which a copy is being dragged. */
function dragging() {
  const tab = new Tab({
    format: "sfumato",
    version: 1,
    title: "",
    nodes: { 1: { type: "Load", values: { seed: 1 } } },
  });
  tab.selection.set({ nodes: ["1"] });
  const node = { id: "1", x: 0, y: 0, width: 10, height: 10, node: tab.graph.nodes[1] };
  const drawing = { frames: [], notes: new Map(), spots: new Map() };
  const index = { nodes: new Map([["1", node]]), drawing, linksOf: () => new Set() };
  const copy = duplicated(/** @type {any} */ ({ tab, canvas: { index } }));
  tab.store.adjust([{ path: ["nodes", "1", "values", "seed"], value: 2 }]);
  return { tab, copy: /** @type {NonNullable<typeof copy>} */ (copy) };
}

it("what a run changes while a copy is dragged stays when it is let go", () => {
  const { tab, copy } = dragging();

  copy.keep([]);

  expect(tab.store.document.nodes[1].values).toEqual({ seed: 2 });
  expect(Object.keys(tab.store.document.nodes)).toEqual(["1", "2"]);
  tab.store.undo();
  expect(Object.keys(tab.store.document.nodes)).toEqual(["1"]);
});

it("what a run changes while a copy is dragged stays when it is given up", () => {
  const { tab, copy } = dragging();

  copy.giveUp();

  expect(tab.store.document.nodes).toEqual({ 1: { type: "Load", values: { seed: 2 } } });
});
