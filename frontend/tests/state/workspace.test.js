// @ts-check
import { effect } from "@preact/signals-core";
import { describe, expect, it } from "vitest";
import { emptyDocument } from "../../app/model/document.js";
import { Tab } from "../../app/state/tab.js";
import { Workspace } from "../../app/state/workspace.js";

/** @param {...string} ids */
function workspaceOf(...ids) {
  const workspace = new Workspace();
  for (const id of ids) workspace.open(new Tab(emptyDocument(), { id }));
  const order = () => workspace.tabs.value.map((each) => each.id);
  return { workspace, order };
}

describe("Workspace", () => {
  it("is never without a tab, not even while the last one closes", () => {
    const { workspace } = workspaceOf("a");
    /** @type {boolean[]} */
    const seen = [];
    effect(() => {
      seen.push(workspace.active.value !== null);
    });
    workspace.close("a");

    expect(seen.every(Boolean)).toBe(true);
    expect(workspace.tabs.value).toHaveLength(1);
  });

  it("shows the neighbour of a tab that is closed", () => {
    const { workspace } = workspaceOf("a", "b", "c");
    workspace.show("b");
    workspace.close("b");

    expect(workspace.active.value?.id).toBe("c");
  });

  it("opens closed tabs again, the last one first", () => {
    const { workspace, order } = workspaceOf("a", "b", "c");
    workspace.close("a");
    workspace.close("b");
    workspace.reopen();
    workspace.reopen();
    workspace.reopen();

    expect(order()).toEqual(["c", "b", "a"]);
  });

  it("puts a tab at another place", () => {
    const { workspace, order } = workspaceOf("a", "b", "c");
    workspace.move("a", 2);
    const after = order();
    workspace.move("a", -5);

    expect(after).toEqual(["b", "c", "a"]);
    expect(order()).toEqual(["a", "b", "c"]);
  });

  it("goes round at the ends", () => {
    const { workspace } = workspaceOf("a", "b");
    workspace.step(1);
    const next = workspace.active.value?.id;
    workspace.step(-1);

    expect([next, workspace.active.value?.id]).toEqual(["a", "b"]);
  });
});

describe("Tab", () => {
  it("holds a document whose nodes the server has left out, unchanged", () => {
    const given = /** @type {any} */ ({ format: "sfumato", version: 1, title: "Empty" });
    const tab = new Tab(given);

    expect(tab.graph.nodes).toEqual({});
    expect(tab.isChanged.value).toBe(false);
  });
});
