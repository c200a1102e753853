// @ts-check
import { expect, it, vi } from "vitest";
import { LINKS } from "../../app/commands/links.js";
import { specOf } from "../../app/model/schema.js";
import { Tab } from "../../app/state/tab.js";

const LOAD = {
  id: "Load",
  version: 1,
  title: "Load",
  inputs: [],
  outputs: [{ name: "IMAGE", type: "IMAGE" }],
};
const SHOW = {
  id: "Show",
  version: 1,
  title: "Show",
  inputs: [
    { name: "a", type: "IMAGE" },
    { name: "b", type: "IMAGE" },
  ],
  outputs: [],
};
/** @type {import("../../app/model/schema.js").Schema} */
const SCHEMA = new Map(/** @type {any[]} */ ([LOAD, SHOW]).map((each) => [each.id, each]));

function opened() {
  const tab = new Tab({
    format: "sfumato",
    version: 1,
    title: "",
    nodes: { 1: { type: "Load" }, 2: { type: "Show" }, 3: { type: "Load" }, 4: { type: "Show" } },
  });
  const nodes = new Map(Object.keys(tab.graph.nodes).map((id) => [id, { id, x: Number(id), y: 0 }]));
  const specIn = (/** @type {any} */ node) => specOf(SCHEMA, tab.store.document, node);
  const app = /** @type {any} */ ({
    tab,
    canvas: { index: { nodes, specOf: specIn } },
    notices: { tell: vi.fn() },
  });
  const press = (/** @type {string[]} */ ...ids) => {
    tab.selection.set({ nodes: ids });
    LINKS.find((each) => each.id === "link.pair")?.run(app);
  };
  const linksInto = (/** @type {string} */ id) => Object.keys(tab.graph.nodes[id].links ?? {});
  return { tab, press, linksInto };
}

it("the key pressed again for the same nodes takes the next best link instead", () => {
  const { press, linksInto, tab } = opened();
  press("1", "2");
  press("2", "1");

  expect(linksInto("2")).toEqual(["b"]);
  expect(tab.store.history.done.length).toBe(1);
});

it("the key pressed for other nodes leaves the link that it made before", () => {
  const { press, linksInto, tab } = opened();
  press("1", "2");
  press("3", "4");

  expect(linksInto("2")).toEqual(["a"]);
  expect(linksInto("4")).toEqual(["a"]);
  expect(tab.store.history.done.length).toBe(2);
});
