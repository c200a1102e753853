// @ts-check
// @vitest-environment happy-dom
import { expect, it, vi } from "vitest";
import { HISTORY } from "../../app/commands/history.js";
import { roomMade } from "../../app/gestures/inserting.js";
import { Gestures } from "../../app/gestures/machine.js";
import { Tab } from "../../app/state/tab.js";

it("undo gives up what is being dragged before it takes anything back", () => {
  const tab = new Tab({ format: "sfumato", version: 1, title: "", nodes: {} });
  tab.store.commit("edit.add", [{ path: ["nodes", "1"], value: { type: "Load" } }]);
  const app = /** @type {any} */ ({ tab, notices: { dismiss: vi.fn(), tell: vi.fn(), problem: vi.fn() } });
  app.gestures = new Gestures(app, document.createElement("div"), () => ({ name: "idle" }));
  const nodesAtEnd = vi.fn(() => Object.keys(tab.graph.nodes));
  app.gestures.begin({ name: "moving", cancel: nodesAtEnd });

  HISTORY.find((each) => each.id === "edit.undo")?.run(app);

  expect(nodesAtEnd).toHaveReturnedWith(["1"]);
  expect(app.gestures.isIdle).toBe(true);
  expect(tab.graph.nodes).toEqual({});
});

it("room for a node is made by none that is pinned", () => {
  const tab = new Tab({
    format: "sfumato",
    version: 1,
    title: "",
    nodes: {
      1: { type: "Show" },
      2: { type: "Show", links: { a: ["1", 0] } },
      3: { type: "Show", pinned: true, links: { a: ["1", 0] } },
    },
  });
  const nodes = new Map(
    Object.entries(tab.graph.nodes).map(([id, node]) => [id, { id, node, x: 10, y: 0, width: 100 }]),
  );
  const app = /** @type {any} */ ({ tab, canvas: { index: { nodes } }, settings: { get: () => true } });
  const dropped = /** @type {any} */ ({ id: "9", x: 0, y: 0, width: 50 });

  const moved = roomMade(app, dropped, /** @type {any} */ ({ to: "1" }));

  expect(moved.map(({ path }) => path[1])).toEqual(["1", "2"]);
});
