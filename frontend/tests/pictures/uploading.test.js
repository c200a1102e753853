// @ts-check
import { expect, it, vi } from "vitest";
import { fillNode, loaderNode } from "../../app/pictures/uploading.js";
import { Tab } from "../../app/state/tab.js";

const SPEC = /** @type {any} */ ({
  id: "LoadImage",
  version: 1,
  title: "Load Image",
  inputs: [{ name: "image", type: "COMBO", widget: { kind: "choice", upload: "image", choices: [] } }],
  outputs: [],
});

function opened() {
  const tab = new Tab({
    format: "sfumato",
    version: 1,
    title: "",
    nodes: { 1: { type: "subgraph:part" }, 2: { type: "LoadImage" } },
    subgraphs: { part: { nodes: { 1: { type: "LoadImage" } } } },
  });
  const node = tab.store.document.nodes[2];
  const app = /** @type {any} */ ({
    tab,
    types: { all: () => Promise.resolve() },
    schema: { peek: () => new Map([["LoadImage", SPEC]]) },
    canvas: { index: { nodes: new Map([["2", { node, spec: SPEC }]]) } },
    pictures: { forget: vi.fn() },
    say: vi.fn(),
  });
  return { app, tab };
}

/** The person enters the subgraph while the picture is on its way. @param {Tab} tab */
const enteredMeanwhile = (tab) => async () => {
  tab.way.value = ["1"];
  return "late.png";
};

it("a loader whose picture comes late takes the place of no node of the level that it was asked for in", async () => {
  const { app, tab } = opened();

  await loaderNode(app, enteredMeanwhile(tab), { x: 0, y: 0 });

  const { nodes } = tab.store.document;
  expect(nodes[2]).toEqual({ type: "LoadImage" });
  expect(nodes[3].values).toEqual({ image: "late.png" });
  expect(tab.selection.nodes.size).toBe(0);
});

it("a picture that comes late goes into its node, though another level is shown", async () => {
  const { app, tab } = opened();

  await fillNode(app, "2", enteredMeanwhile(tab));

  expect(tab.store.document.nodes[2].values).toEqual({ image: "late.png" });
});

it("a picture that comes late makes no node of one that is gone", async () => {
  const { app, tab } = opened();

  await fillNode(app, "2", async () => {
    tab.store.commit("", [{ path: ["nodes", "2"], value: undefined }]);
    return "late.png";
  });

  expect(tab.store.document.nodes[2]).toBeUndefined();
});
