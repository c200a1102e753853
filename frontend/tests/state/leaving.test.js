// @ts-check
// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from "vitest";
import { Client, Refusal, Unreachable } from "../../app/api/client.js";
import { Commands } from "../../app/commands/registry.js";
import { Runs } from "../../app/state/runs.js";
import { Tab } from "../../app/state/tab.js";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe("previews", () => {
  const preview = (/** @type {string} */ address) => ({ address, name: "" });

  it("are given back when another run begins, when there is a newer one, and when their tab is closed", () => {
    vi.useFakeTimers();
    const gone = vi.spyOn(URL, "revokeObjectURL").mockImplementation(() => {});
    const runs = new Runs(() => "t/");
    runs.tell("t/1", { preview: preview("blob:1") });
    runs.tell("t/1", { preview: preview("blob:2") });
    runs.begin("t");
    runs.tell("t/2", { preview: preview("blob:3") });
    runs.drop("t");
    vi.advanceTimersByTime(10_000);

    expect(gone.mock.calls.flat()).toEqual(["blob:1", "blob:2", "blob:3"]);
  });
});

describe("a tab whose document loses the subgraph that is entered", () => {
  it("is at the level around it", () => {
    const tab = new Tab({
      format: "sfumato",
      version: 1,
      nodes: { 1: { type: "subgraph:a" } },
      subgraphs: { a: { nodes: { 2: { type: "subgraph:b" } } }, b: { nodes: {} } },
    });
    tab.way.value = ["1", "2"];
    tab.store.commit("edit", [{ path: ["subgraphs", "a", "nodes", "2"], value: undefined }]);
    expect([tab.way.value, tab.level]).toEqual([["1"], "a"]);

    tab.store.commit("edit", [{ path: ["subgraphs", "a"], value: undefined }]);
    expect([tab.way.value, tab.level]).toEqual([[], ""]);
  });
});

describe("Client", () => {
  const answer = (/** @type {any} */ given) => vi.stubGlobal("fetch", async () => given);

  it("says that the server does not answer when it ends amid its words", async () => {
    answer({ ok: true, status: 200, text: () => Promise.reject(new TypeError("aborted")) });

    await expect(new Client().get("queue")).rejects.toBeInstanceOf(Unreachable);
  });

  it.each(["", "null", "<html>", '{"detail": 1}', '{"error": null}'])(
    "is refused in any words: %s",
    async (text) => {
      answer({ ok: false, status: 502, statusText: "Bad Gateway", text: async () => text });
      const refusal = await new Client().get("queue").catch((problem) => problem);

      expect(refusal).toBeInstanceOf(Refusal);
      expect(refusal.message).toBe("502 Bad Gateway");
    },
  );
});

describe("a command that fails at once", () => {
  it("is told", () => {
    const commands = new Commands();
    const problem = vi.fn();
    const fail = () => {
      throw new Error("no");
    };
    commands.add([{ id: "a", group: "file", run: fail }]);

    expect(commands.run(/** @type {any} */ ({ notices: { problem } }), "a")).toBe(true);
    expect(problem).toHaveBeenCalledWith(new Error("no"));
  });
});
