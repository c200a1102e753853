// @ts-check
// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { Refusal } from "../../app/api/client.js";
import { insert, takeIn } from "../../app/files/importing.js";
import { emptyDocument } from "../../app/model/document.js";
import { schemaOf } from "../../app/model/schema.js";
import { Tab } from "../../app/state/tab.js";
import { Workspace } from "../../app/state/workspace.js";

/** @typedef {import("../../app/app.js").App} App */

const LOADER = schemaOf([
  {
    id: "LoadImage",
    version: 1,
    title: "Load Image",
    inputs: [
      {
        name: "image",
        label: "image",
        type: "COMBO",
        widget: { kind: "file", upload: "image", folder: "input" },
      },
    ],
  },
]);
const COMPLETE = { format: "sfumato", is_complete: true, missing_types: [], missing_models: [], notes: [] };
/** @type {import("../../app/model/document.js").WorkflowDocument} */
const theirs = {
  ...emptyDocument(),
  title: "Theirs",
  nodes: { 1: { type: "Load" }, 2: { type: "Mix", links: { first: ["1", 1] } } },
};

/** @param {unknown} [report] what the import says; without, the file holds no workflow */
function appWith(report) {
  const workspace = new Workspace();
  const tab = workspace.open(new Tab({ ...emptyDocument(), nodes: { 1: { type: "Show" } } }));
  /** @type {any[]} */
  const shown = [];
  const refusal = new Refusal(400, {
    type: "workflow",
    message: "no workflow",
    details: {},
    node: null,
    input: null,
  });
  const app = {
    workspace,
    get tab() {
      return workspace.active.value;
    },
    schema: { value: LOADER, peek: () => LOADER },
    types: { all: async () => {} },
    canvas: {
      middle: { x: 0, y: 0 },
      index: { nodes: new Map(), specOf: () => ({ id: "", version: 1, title: "" }) },
      surface: { host: document.body },
    },
    say: () => {},
    api: {
      post: async () => {
        if (!report) throw refusal;
        return { document: theirs, report, text: "" };
      },
      ask: async (/** @type {string} */ _, /** @type {string} */ path) => ({
        kind: "input",
        name: new URLSearchParams(path.split("?")[1]).get("name"),
      }),
    },
    notices: {
      tell: (/** @type {string} */ text) => shown.push(text),
      problem: (/** @type {any} */ each) => shown.push(each),
    },
    overlays: { show: (/** @type {any} */ overlay) => shown.push(overlay.kind) },
  };
  return { app: /** @type {App} */ (/** @type {unknown} */ (app)), workspace, tab, shown };
}

const json = new File(["{}"], "theirs.json", { type: "application/json" });
const png = (/** @type {string} */ name) => new File(["x"], name, { type: "image/png" });

describe("takeIn", () => {
  it("opens a workflow in a tab of its own", async () => {
    const { app, workspace } = appWith(COMPLETE);
    await takeIn(app, [json]);

    expect(workspace.tabs.value.map((each) => each.title.value)).toEqual(["", "Theirs"]);
  });

  it("inserts into the tab that it was dropped on, whichever is seen by then", async () => {
    const { app, workspace, tab } = appWith(COMPLETE);
    const done = takeIn(app, [json], { isInsert: true });
    const other = workspace.open(new Tab(emptyDocument()));
    await done;

    expect(Object.keys(tab.store.document.nodes)).toHaveLength(3);
    expect(other.store.document.nodes).toEqual({});
    expect(workspace.active.value).toBe(tab);
  });

  it("inserts nothing where the tab was closed meanwhile", async () => {
    const { app, workspace, tab } = appWith(COMPLETE);
    const other = workspace.open(new Tab(emptyDocument()));
    workspace.show(tab.id);
    const done = takeIn(app, [json], { isInsert: true });
    workspace.close(tab.id);
    await done;

    expect(other.store.document.nodes).toEqual({});
  });

  it("shows what is missing", async () => {
    const { app, shown } = appWith({
      ...COMPLETE,
      is_complete: false,
      missing_types: [{ type: "Foo", nodes: ["1"] }],
    });
    await takeIn(app, [json]);

    expect(shown).toEqual(["import-report"]);
  });

  it("makes nodes of pictures without a workflow, one below the other, as one edit", async () => {
    const { app, tab } = appWith();
    await takeIn(app, [png("a.png"), png("b.png")]);
    const { nodes } = tab.store.document;

    expect([nodes[2].values?.image, nodes[3].values?.image]).toEqual(["a.png", "b.png"]);
    expect(nodes[3].place?.[1]).toBeGreaterThan(nodes[2].place?.[1] ?? 0);
    tab.store.undo();
    expect(Object.keys(tab.store.document.nodes)).toEqual(["1"]);
  });

  it("keeps the pictures that could be uploaded, and says which could not", async () => {
    const { app, tab, shown } = appWith();
    const { ask } = app.api;
    app.api.ask = async (method, path, body) => {
      if (path.includes("b.png")) throw new Error("full");
      return ask(method, path, body);
    };
    await takeIn(app, [png("a.png"), png("b.png"), png("c.png")]);

    const { nodes } = tab.store.document;
    expect([nodes[2].values?.image, nodes[3].values?.image, nodes[4]]).toEqual(["a.png", "c.png", undefined]);
    expect(shown).toEqual([new Error("full")]);
  });

  it("puts pictures where they were dropped, wherever one looks by then", async () => {
    const { app, tab, workspace } = appWith();
    const taking = takeIn(app, [png("a.png")]);
    const other = workspace.open(new Tab(emptyDocument()));
    await taking;

    expect(Object.keys(tab.store.document.nodes)).toEqual(["1", "2"]);
    expect(other.store.document.nodes).toEqual({});
  });

  it("does not send what is too large to be read", async () => {
    const { app, shown } = appWith(COMPLETE);
    const model = new File(["x"], "model.safetensors");
    Object.defineProperty(model, "size", { value: 2 ** 32 });
    await takeIn(app, [model]);

    expect(shown).toEqual(["import.too-large"]);
  });

  it("says what is wrong with a file that is neither", async () => {
    const { app, shown, tab } = appWith();
    await takeIn(app, [json]);

    expect(shown[0]).toBeInstanceOf(Refusal);
    expect(tab.store.version).toBe(0);
  });
});

describe("insert", () => {
  it("puts no subgraph into itself", () => {
    const { app, tab, shown } = appWith();
    const subgraphs = { part: { nodes: {} } };
    tab.store.commit("edit", [
      { path: ["subgraphs"], value: subgraphs },
      { path: ["nodes", "2"], value: { type: "subgraph:part" } },
    ]);
    tab.way.value = ["2"];
    insert(app, { ...emptyDocument(), nodes: { 1: { type: "subgraph:part" } }, subgraphs }, { x: 0, y: 0 });

    expect(tab.graph.nodes).toEqual({});
    expect(shown).toEqual(["subgraph.recursion"]);
  });

  it("puts a document's nodes under ids of their own, with the links among them", () => {
    const { app, tab } = appWith();
    insert(app, theirs, { x: 0, y: 0 });
    const { nodes } = tab.store.document;

    expect(Object.keys(nodes)).toEqual(["1", "2", "3"]);
    expect(nodes[3].links?.first).toEqual(["2", 1]);
    expect([...tab.selection.nodes]).toEqual(["2", "3"]);
  });
});
