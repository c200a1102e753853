// @ts-check
// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { openIn, openNamed } from "../../app/files/opening.js";
import { recentNames, rememberRecent } from "../../app/files/recent.js";
import { emptyDocument } from "../../app/model/document.js";
import { Tab } from "../../app/state/tab.js";
import { Workspace } from "../../app/state/workspace.js";

/** @param {Record<string, unknown>} [opened] */
function appWith(opened) {
  const workspace = new Workspace();
  const app = { workspace, api: { get: async () => opened } };
  return { app: /** @type {import("../../app/app.js").App} */ (/** @type {unknown} */ (app)), workspace };
}

const some = { ...emptyDocument(), id: "given", title: "Some", nodes: { 1: { type: "Load" } } };

describe("openIn", () => {
  it("takes the place of an empty tab that nobody has touched", () => {
    const { app, workspace } = appWith();
    workspace.open(new Tab(emptyDocument()));
    const tab = openIn(app, new Tab(some));

    expect(workspace.tabs.value).toEqual([tab]);
  });

  it("stands beside a tab that was edited", () => {
    const { app, workspace } = appWith();
    const first = workspace.open(new Tab(emptyDocument()));
    first.store.commit("edit.value", [{ path: ["title"], value: "mine" }]);
    const tab = openIn(app, new Tab(some));

    expect(workspace.tabs.value).toEqual([first, tab]);
  });
});

describe("openNamed", () => {
  it("shows the tab that has the workflow", async () => {
    const { app, workspace } = appWith();
    const first = workspace.open(new Tab(some, { name: "mine" }));
    workspace.open(new Tab(emptyDocument()));
    const shown = await openNamed(app, "mine");

    expect(shown).toBe(first);
    expect(workspace.active.value).toBe(first);
  });

  it("opens a bundled one as a new document", async () => {
    const { app } = appWith({ name: "text", revision: null, is_bundled: true, document: some });
    const tab = await openNamed(app, "text");

    expect([tab.name.value, tab.store.document.id, tab.title.value]).toEqual([null, undefined, "Some"]);
  });
});

describe("the face of what is opened", () => {
  it.each(/** @type {const} */ (["form", "graph"]))("is the %s where one comes from it", async (face) => {
    const asks = /** @type {any} */ ({ ...some, inputs: [{ name: "a", targets: [["1", "a"]] }] });
    const { app, workspace } = appWith({ name: "text", revision: null, is_bundled: true, document: asks });
    workspace.open(new Tab(asks)).face.value = face;

    expect((await openNamed(app, "text")).face.value).toBe(face);
  });

  it("is the graph of what has no form", async () => {
    const { app, workspace } = appWith({ name: "text", revision: null, is_bundled: true, document: some });
    workspace.open(new Tab(some)).face.value = "form";

    expect((await openNamed(app, "text")).face.value).toBe("graph");
  });
});

describe("recentNames", () => {
  it("has the newest first, each once", () => {
    localStorage.clear();
    for (const each of ["a", "b", "a"]) rememberRecent(each);

    expect(recentNames()).toEqual(["a", "b"]);
  });

  it("forgets what can not be read", () => {
    expect(recentNames(/** @type {any} */ ({ getItem: () => "{" }))).toEqual([]);
  });
});
