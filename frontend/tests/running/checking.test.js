// @ts-check
// @vitest-environment happy-dom
import { signal } from "@preact/signals-core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Refusal, Unreachable } from "../../app/api/client.js";
import { isSameToRun } from "../../app/model/same-to-run.js";
import { start } from "../../app/start/checking.js";
import { Problems } from "../../app/state/problems.js";
import { isBad, Runs } from "../../app/state/runs.js";
import { Tab } from "../../app/state/tab.js";
import { Workspace } from "../../app/state/workspace.js";
import { randomDocument } from "../graphs.js";

/** @type {any} */
let app;
/** @type {Tab} */
let tab;
/** @type {{ document: any, answer: (problems: any[]) => void, fail: (problem: Error) => void }[]} */
let asked;

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  const workspace = new Workspace();
  tab = workspace.open(new Tab(randomDocument(5)));
  app = {
    workspace,
    schema: signal(new Map()),
    queue: { connection: signal("open") },
    problems: new Problems(),
    runs: new Runs(() => `${tab.id}/`),
    graph: { isThere: signal(true) },
    gestures: { isIdle: true },
    running: { refusals: { outlive: () => {} } },
    api: {
      post: (/** @type {string} */ _path, /** @type {any} */ { document }) =>
        new Promise((answer, fail) =>
          asked.push({ document, answer: (problems) => answer({ problems, warnings: [] }), fail }),
        ),
    },
  };
  start(app);
});
afterEach(() => {
  vi.useRealTimers();
});

const type = (/** @type {unknown} */ value) =>
  tab.store.commit("edit.value", [{ path: ["nodes", "4", "values", "amount"], value }]);
const wait = (/** @type {number} */ ms) => vi.advanceTimersByTimeAsync(ms);
const bad = (/** @type {string} */ node, /** @type {string} */ kind = "bad_value") => ({
  type: kind,
  message: "Out of range.",
  details: {},
  node,
  input: "amount",
});

describe("checking while editing", () => {
  it("asks once after a pause, and nothing while nothing changes", async () => {
    for (let key = 0; key < 10; key += 1) {
      type(key);
      await wait(100);
    }
    expect(asked.length).toBe(0);
    await wait(400);
    asked[0].answer([]);
    await wait(60_000);

    expect(asked.length).toBe(1);
  });

  it("marks nodes with the server's words, and takes the marks away again", async () => {
    await wait(500);
    asked[0].answer([bad("4")]);
    await wait(0);
    expect(app.runs.at(`${tab.id}/4`).checks[0].message).toBe("Out of range.");
    expect(isBad(app.runs.at(`${tab.id}/4`))).toBe(true);

    type(1);
    await wait(500);
    asked[1].answer([]);
    await wait(0);

    expect(app.runs.at(`${tab.id}/4`).checks).toEqual([]);
    expect(app.problems.of(tab.id).checks).toEqual([]);
  });

  it("what a node lacks is no mistake", async () => {
    await wait(500);
    asked[0].answer([bad("4", "missing_input")]);
    await wait(0);

    expect(isBad(app.runs.at(`${tab.id}/4`))).toBe(false);
  });

  it("an answer about an older state is dropped", async () => {
    await wait(500);
    type(7);
    await wait(500);
    asked[1].answer([bad("3")]);
    await wait(0);
    asked[0].answer([bad("4")]);
    await wait(0);

    expect(app.problems.of(tab.id).checks.map((/** @type {any} */ each) => each.node)).toEqual(["3"]);
  });

  it("waits while something is dragged", async () => {
    app.gestures.isIdle = false;
    await wait(5000);
    expect(asked.length).toBe(0);
    app.gestures.isIdle = true;
    await wait(500);

    expect(asked.length).toBe(1);
  });

  it("moving and naming asks nothing", async () => {
    await wait(500);
    asked[0].answer([]);
    tab.store.commit("edit.move", [{ path: ["nodes", "4", "place"], value: [1, 2, 0, 0] }]);
    tab.store.commit("edit.rename", [{ path: ["nodes", "4", "title"], value: "Four" }]);
    await wait(5000);

    expect(asked.length).toBe(1);
  });

  it("what was not answered is asked again when the server is back", async () => {
    await wait(500);
    asked[0].fail(new Unreachable());
    app.queue.connection.value = "lost";
    await wait(5000);
    expect(asked.length).toBe(1);
    app.queue.connection.value = "open";
    await wait(500);

    expect(asked.length).toBe(2);
  });

  it("a document that can not be read at all is told as well", async () => {
    await wait(500);
    asked[0].fail(new Refusal(400, { ...bad(""), node: null }));
    await wait(0);

    expect(app.problems.of(tab.id).checks.length).toBe(1);
  });
});

it("same to run: places, titles and colours do not count; links, values, modes and subgraphs do", () => {
  const before = randomDocument(5);
  const edited = (/** @type {object} */ part) => ({
    ...before,
    nodes: { ...before.nodes, 4: { ...before.nodes[4], ...part } },
  });

  expect(
    isSameToRun(before, edited({ place: [0, 0, 0, 0], title: "x", color: "red", collapsed: true })),
  ).toBe(true);
  for (const part of [{ values: {} }, { links: {} }, { mode: "mute" }, { type: "Load" }])
    expect(isSameToRun(before, edited(part))).toBe(false);
  expect(isSameToRun(before, { ...before, subgraphs: { a: before } })).toBe(false);
});
