// @ts-check
// @vitest-environment happy-dom
import { expect, it } from "vitest";
import { rename } from "../../app/commands/naming.js";
import { Tab } from "../../app/state/tab.js";

const NODES = { 1: { type: "Load" } };
const FRAMES = [
  { title: "Loaders", place: /** @type {[number, number, number, number]} */ ([0, 0, 10, 10]) },
];
const NOTES = [{ id: "7", title: "Mind", place: [0, 0, 10, 10] }];

/**
 * Begin to name something, and return what ends it.
 * @param {"nodes" | "frames" | "notes"} kind @param {string | number} id
 */
function naming(kind, id) {
  const tab = new Tab({
    format: "sfumato",
    version: 1,
    title: "",
    nodes: NODES,
    frames: FRAMES,
    view: { notes: NOTES },
  });
  tab.selection.set({ [kind]: [id] });
  const [layer, host] = [document.createElement("div"), document.createElement("div")];
  document.body.replaceChildren(layer, host);
  const box = { x: 0, y: 0, width: 10 };
  const index = {
    nodes: new Map([["1", { ...box, node: NODES[1], spec: { title: "Load" } }]]),
    drawing: {
      frames: [{ ...box, frame: FRAMES[0] }],
      notes: new Map([["7", { ...box, note: NOTES[0] }]]),
    },
  };
  rename(/** @type {any} */ ({ tab, canvas: { index, surface: { layer, host } } }));
  const field = /** @type {HTMLInputElement} */ (layer.querySelector("input"));
  const end = () => {
    field.value = "New";
    field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", cancelable: true }));
  };
  return { tab, end };
}

it.each(
  /** @type {const} */ ([
    ["nodes", "1"],
    ["frames", 0],
    ["notes", "7"],
  ]),
)("a name of %s that are there is kept", (kind, id) => {
  const { tab, end } = naming(kind, id);
  end();

  expect(JSON.stringify(tab.store.document)).toContain('"title":"New"');
});

it.each(
  /** @type {const} */ ([
    ["nodes", "1", {}],
    ["frames", 0, []],
    ["view", "7", {}],
  ]),
)("a name makes nothing of %s that are gone meanwhile", (part, id, empty) => {
  const { tab, end } = naming(part === "view" ? "notes" : part, id);
  tab.store.adjust([{ path: [part], value: empty }]);
  const { document } = tab.store;
  end();

  expect(tab.store.document).toBe(document);
});
