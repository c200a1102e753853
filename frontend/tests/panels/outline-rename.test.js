// @ts-check
import { expect, it, vi } from "vitest";
import { renameRow } from "../../app/panels/outline/actions.js";
import { Tab } from "../../app/state/tab.js";

vi.mock("../../app/ui/dialog.js", () => ({
  prompt: async (/** @type {unknown} */ _, /** @type {{ value: string }} */ { value }) => value,
}));

it("a name that was asked for and left as it is is no edit", async () => {
  const tab = new Tab({ format: "sfumato", version: 1, title: "", nodes: { 1: { type: "Load" } } });
  const nodes = new Map([["1", { id: "1", spec: { title: "Load Image" } }]]);
  const app = /** @type {any} */ ({ tab, canvas: { index: { nodes } } });

  await renameRow(app, /** @type {any} */ ({ id: "1", way: [], label: "Load Image" }));

  expect(tab.store.history.done).toEqual([]);
});
