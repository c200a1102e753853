// @ts-check
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { emptyDocument } from "../../app/model/document.js";
import { AGAIN_MS, claimedBy, Keeper, MOST_MS, REST_MS, tabFrom } from "../../app/state/keeping.js";
import { MemoryTabs } from "../../app/state/kept-tabs.js";
import { Tab } from "../../app/state/tab.js";
import { Workspace } from "../../app/state/workspace.js";

/** @typedef {import("../../app/state/keeping.js").Standing} Standing */
/** @typedef {import("../../app/state/kept-tabs.js").KeptTab} KeptTab */

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function keeping() {
  const workspace = new Workspace();
  const store = new MemoryTabs();
  const tab = workspace.open(new Tab(emptyDocument(), { id: "a" }));
  /** @type {{ standing: Standing, problems: unknown[] }} */
  const told = { standing: { changes: 0, kept: 0 }, problems: [] };
  const keeper = new Keeper(workspace, store, "here", {
    tell: (standing) => {
      told.standing = standing;
    },
    fail: (problem) => told.problems.push(problem),
  });
  return { workspace, store, tab, keeper, told };
}

/** @param {Tab} tab @param {unknown} value */
const edit = (tab, value) => tab.store.commit("edit.value", [{ path: ["title"], value }]);

/** @param {Partial<KeptTab>} about @returns {KeptTab} */
const kept = (about) => ({
  id: "a",
  window: "here",
  order: 0,
  isActive: false,
  document: emptyDocument(),
  saved: null,
  history: { done: [], undone: [] },
  name: null,
  revision: null,
  way: [],
  cameras: [],
  face: "graph",
  ...about,
});

describe("Keeper", () => {
  it("writes a moment after the last change", async () => {
    const { store, tab, told } = keeping();
    edit(tab, "one");
    await vi.advanceTimersByTimeAsync(REST_MS - 1);
    const before = store.tabs.get("a");
    await vi.advanceTimersByTimeAsync(1);

    expect(before).toBeUndefined();
    expect(store.tabs.get("a")?.document.title).toBe("one");
    expect(told.standing.kept).toBe(told.standing.changes);
  });

  it("writes while one change follows another", async () => {
    const { store, tab, told } = keeping();
    for (let passed = 0; passed <= MOST_MS; passed += 100) {
      edit(tab, `${passed}`);
      await vi.advanceTimersByTimeAsync(100);
    }

    expect(store.tabs.get("a")?.document.title).toBeDefined();
    expect(told.standing.kept).toBeGreaterThan(0);
  });

  it("says at once that something is not kept yet", async () => {
    const { keeper, tab, told } = keeping();
    await keeper.keep();
    edit(tab, "one");

    expect(told.standing.kept).toBeLessThan(told.standing.changes);
  });

  it("keeps the history, the place and the face, so that all comes back", async () => {
    const { keeper, store, tab } = keeping();
    edit(tab, "one");
    edit(tab, "two");
    tab.store.undo();
    tab.face.value = "form";
    tab.name.value = "mine";
    tab.revision.value = 3;
    tab.cameras.set("", { x: 1, y: 2, zoom: 0.5 });
    await keeper.keep();
    const back = tabFrom(store.all[0]);

    expect(back.id).toBe("a");
    expect(back.store.document.title).toBe("one");
    expect([back.face.value, back.name.value, back.revision.value]).toEqual(["form", "mine", 3]);
    expect(back.cameras.get("")).toEqual({ x: 1, y: 2, zoom: 0.5 });
    expect(back.isChanged.value).toBe(true);
    expect(back.store.redo()?.label).toBe("edit.value");
    back.store.undo();
    back.store.undo();
    expect(back.isChanged.value).toBe(false);
  });

  it("knows which tab is seen, and forgets closed ones", async () => {
    const { keeper, workspace, store } = keeping();
    const other = workspace.open(new Tab(emptyDocument(), { id: "b" }));
    await keeper.keep();
    const seen = [...store.tabs.values()].map((each) => [each.id, each.isActive]);
    workspace.close(other.id);
    await keeper.keep();

    expect(seen).toEqual([
      ["a", false],
      ["b", true],
    ]);
    expect([...store.tabs.values()].map((each) => [each.id, each.isActive])).toEqual([["a", true]]);
  });

  it("does not write a tab that was not touched", async () => {
    const { keeper, workspace, store, tab } = keeping();
    workspace.open(new Tab(emptyDocument(), { id: "b" }));
    await keeper.keep();
    const write = vi.spyOn(store, "write");
    edit(tab, "one");
    await keeper.keep();

    expect(write.mock.calls[0][0].tabs?.map((each) => each.id)).toEqual(["a"]);
  });

  it("does not write a document again because one looks elsewhere", async () => {
    const { keeper, store, tab } = keeping();
    await keeper.keep();
    const write = vi.spyOn(store, "write");
    tab.cameras.set("", { x: 1, y: 2, zoom: 0.5 });
    await vi.advanceTimersByTimeAsync(REST_MS);

    expect(write.mock.calls.map(([{ tabs }]) => tabs)).toEqual([[]]);
    expect(store.all[0].cameras).toEqual([["", { x: 1, y: 2, zoom: 0.5 }]]);
  });

  it("tries again what could not be written", async () => {
    const { keeper, store, tab, told } = keeping();
    vi.spyOn(store, "write").mockRejectedValueOnce(new Error("full"));
    edit(tab, "one");
    await keeper.keep();
    const afterFailure = told.standing.kept;
    await keeper.keep();

    expect(told.problems).toHaveLength(1);
    expect(afterFailure).toBe(0);
    expect(store.tabs.get("a")?.document.title).toBe("one");
  });

  it("tries again by itself, and tells of it", async () => {
    const { store, tab, told } = keeping();
    vi.spyOn(store, "write").mockRejectedValueOnce(new Error("full"));
    edit(tab, "one");
    await vi.advanceTimersByTimeAsync(REST_MS);
    const afterFailure = store.tabs.size;
    await vi.advanceTimersByTimeAsync(AGAIN_MS);

    expect(told.problems).toHaveLength(1);
    expect(afterFailure).toBe(0);
    expect(store.tabs.get("a")?.document.title).toBe("one");
  });

  it("writes all again where the store was opened anew", async () => {
    const { keeper, workspace, store } = keeping();
    workspace.open(new Tab(emptyDocument(), { id: "b" }));
    await keeper.keep();
    store.tabs.clear();
    store.onAnew();
    await vi.advanceTimersByTimeAsync(REST_MS);

    expect([...store.tabs.keys()]).toEqual(["a", "b"]);
  });

  it("keeps copies when another window has taken its tabs", async () => {
    const { keeper, store, tab } = keeping();
    await keeper.keep();
    keeper.becomeCopy("there");
    edit(tab, "mine");
    await keeper.keep();
    const all = [...store.tabs.values()];

    expect(all.map((each) => [each.window, each.document.title])).toEqual([
      ["here", ""],
      ["there", "mine"],
    ]);
  });
});

describe("a window that has become a copy", () => {
  it("leaves the other window's tabs alone when one is closed and opened again", async () => {
    const { keeper, workspace, store, tab } = keeping();
    workspace.open(new Tab(emptyDocument(), { id: "b" }));
    await keeper.keep();
    keeper.becomeCopy("there");
    workspace.close(tab.id);
    await keeper.keep();
    workspace.reopen();
    edit(tab, "mine");
    await keeper.keep();
    const theirs = [...store.tabs.values()].filter((each) => each.window === "here");

    expect(theirs.map((each) => [each.id, each.document.title])).toEqual([
      ["a", ""],
      ["b", ""],
    ]);
    expect([...store.tabs.values()].map((each) => each.document.title)).toContain("mine");
  });
});

describe("claimedBy", () => {
  const nobody = () => false;

  it("gives a window its own tabs, in their order", () => {
    const all = [kept({ id: "b", order: 1 }), kept({ id: "a", order: 0 }), kept({ id: "c", window: "left" })];
    const claimed = claimedBy(all, { id: "here", copyOf: null, isOpen: nobody });

    expect(claimed.map((each) => each.id)).toEqual(["a", "b"]);
  });

  it("gives a copied window copies", () => {
    const all = [kept({ id: "a", window: "there" })];
    const [copy] = claimedBy(all, { id: "here", copyOf: "there", isOpen: () => true });

    expect(copy.window).toBe("here");
    expect(copy.id).not.toBe("a");
  });

  it("gives a new window what closed windows have left, and nothing of open ones", () => {
    const all = [kept({ id: "a", window: "left" }), kept({ id: "b", window: "open" })];
    const claimed = claimedBy(all, { id: "here", copyOf: null, isOpen: (window) => window === "open" });

    expect(claimed.map((each) => [each.id, each.window])).toEqual([["a", "here"]]);
  });
});
