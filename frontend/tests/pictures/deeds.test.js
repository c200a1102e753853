// @ts-check
import { signal } from "@preact/signals-core";
import { expect, it, vi } from "vitest";
import { useAsInput } from "../../app/pictures/deeds.js";
import { Tab } from "../../app/state/tab.js";

it("a picture is used as an input over a form whose graph was never drawn", async () => {
  const tab = new Tab({ format: "sfumato", version: 1, title: "", nodes: {} });
  const widget = { kind: "choice", upload: "image", choices: [] };
  const spec = {
    id: "LoadImage",
    version: 1,
    title: "Load",
    inputs: [{ name: "image", widget }],
    outputs: [],
  };
  const app = /** @type {any} */ ({
    tab,
    types: { all: () => Promise.resolve() },
    schema: signal(new Map([["LoadImage", spec]])),
    overlays: { close: vi.fn() },
    notices: { tell: vi.fn() },
    graph: {
      ready: async () => {
        app.canvas = { middle: { x: 0, y: 0 }, index: { nodes: new Map() } };
      },
    },
  });
  const picture = /** @type {any} */ ({
    name: "a.png",
    address: "",
    file: { kind: "output", name: "a.png" },
  });

  await useAsInput(app, picture);

  expect(Object.values(tab.store.document.nodes).map(({ type }) => type)).toEqual(["LoadImage"]);
});
