// @ts-check
// @vitest-environment happy-dom
import { signal } from "@preact/signals-core";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Refusal, Unreachable } from "../../app/api/client.js";
import { batchOf, choicesOf, valuesIn } from "../../app/model/batches.js";
import { schemaOf } from "../../app/model/schema.js";
import { Problems } from "../../app/state/problems.js";
import { Queue } from "../../app/state/queue.js";
import { Running } from "../../app/state/running.js";
import { Runs } from "../../app/state/runs.js";
import { Tab } from "../../app/state/tab.js";
import { Workspace } from "../../app/state/workspace.js";

const SCHEMA = schemaOf([
  {
    id: "Sample",
    version: 1,
    title: "Sample",
    inputs: [
      { name: "seed", label: "seed", type: "INT", widget: { kind: "int", min: 0, max: 1000, control: true } },
      { name: "steps", label: "steps", type: "INT", widget: { kind: "int", min: 1, max: 100 } },
      { name: "text", label: "text", type: "STRING", widget: { kind: "text", multiline: true } },
    ],
  },
]);

const DOCUMENT = {
  format: "sfumato",
  version: 1,
  title: "Fox",
  nodes: { 5: { type: "Sample", values: { seed: 7, steps: 4 }, controls: { seed: "increment" } } },
  inputs: [{ name: "how_long", targets: /** @type {[string, string][]} */ ([["5", "steps"]]) }],
};

/** @type {any} */
let app;
/** @type {Tab} */
let tab;
/** @type {any[]} */
let posted;
/** @type {(body: any) => any} */
let answer;

beforeEach(() => {
  posted = [];
  let count = 0;
  answer = ({ batch }) => ({
    jobs: (batch?.sets ?? [{}]).map(() => {
      count += 1;
      return { id: `job-${count}` };
    }),
    batch: null,
    warnings: [],
  });
  const workspace = new Workspace();
  tab = workspace.open(new Tab(DOCUMENT));
  app = {
    workspace,
    tab,
    schema: signal(SCHEMA),
    runs: new Runs(() => `${tab.id}/`),
    problems: new Problems(),
    queue: new Queue(),
    say: vi.fn(),
    voice: { sayAside: vi.fn() },
    notices: { tell: vi.fn() },
    commands: { run: vi.fn() },
    api: {
      get: async () => ({ items: [] }),
      post: async (/** @type {string} */ path, /** @type {any} */ body) => {
        posted.push({ path, ...body });
        return answer(body);
      },
    },
  };
  /** @type {Map<string, string>} */
  const kept = new Map();
  app.running = new Running(app, {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
  });
});

const seedOf = (/** @type {any} */ document) => document.nodes[5].values.seed;

describe("queueing", () => {
  it("sends the document as it will be seen, and writes the used seed back", async () => {
    await app.running.submit();
    await app.running.submit();

    expect(posted.map((each) => seedOf(each.document))).toEqual([7, 8]);
    expect(seedOf(tab.store.document)).toBe(8);
    expect(posted[0]).toMatchObject({ path: "jobs", title: "Fox", front: false });
    expect(posted[0].key).not.toBe(posted[1].key);
  });

  it("runs that are queued at once have a seed each", async () => {
    await Promise.all([app.running.submit(), app.running.submit(), app.running.submit()]);

    expect(posted.map((each) => seedOf(each.document))).toEqual([7, 8, 9]);
  });

  it("several runs are one batch", async () => {
    const jobs = await app.running.submit({ count: 3 });

    expect(posted.length).toBe(1);
    expect(posted[0].batch).toEqual({ sets: [{ "5.seed": 7 }, { "5.seed": 8 }, { "5.seed": 9 }] });
    expect(seedOf(tab.store.document)).toBe(9);
    expect(jobs.map((/** @type {any} */ each) => app.running.tabs.tabOf(each.id))).toEqual([
      tab.id,
      tab.id,
      tab.id,
    ]);
  });

  it("a seed that was typed meanwhile stays", async () => {
    await app.running.submit();
    answer = () => {
      tab.store.commit("edit.value", [{ path: ["nodes", "5", "values", "seed"], value: 55 }]);
      return { jobs: [{ id: "x" }], warnings: [] };
    };
    await app.running.submit();

    expect(seedOf(tab.store.document)).toBe(55);
  });

  it("a refused run changes no seed, and marks nodes", async () => {
    const problem = { type: "bad_value", message: "No.", details: {}, node: "5", input: "steps" };
    await app.running.submit();
    answer = () => {
      throw new Refusal(400, {
        ...problem,
        details: { problems: [problem, { ...problem, message: "Nor that." }] },
      });
    };
    const jobs = await app.running.submit();

    expect(jobs).toEqual([]);
    expect(seedOf(tab.store.document)).toBe(7);
    expect(app.runs.at(`${tab.id}/5`)).toMatchObject({ state: "bad" });
    expect(app.runs.at(`${tab.id}/5`).problems.length).toBe(2);
    expect(app.problems.of(tab.id).run.length).toBe(2);
    expect(app.notices.tell).toHaveBeenCalledTimes(1);

    app.running.refusals.outlive(tab, tab.store.document);
    expect(app.problems.of(tab.id).run.length).toBe(2);

    tab.store.commit("edit.value", [{ path: ["nodes", "5", "values", "steps"], value: 9 }]);
    app.running.refusals.outlive(tab, tab.store.document);
    expect(app.runs.at(`${tab.id}/5`)).toMatchObject({ state: "", problems: [] });
    expect(app.problems.of(tab.id).run).toEqual([]);
  });

  it("asks again with the same key when an answer was lost", async () => {
    vi.useFakeTimers();
    let tries = 0;
    const good = answer;
    answer = (body) => {
      tries += 1;
      if (tries < 3) throw new Unreachable();
      return good(body);
    };
    const done = app.running.submit();
    await vi.advanceTimersByTimeAsync(10_000);
    vi.useRealTimers();
    await done;

    expect(new Set(posted.map((each) => each.key)).size).toBe(1);
    expect(posted.length).toBe(3);
  });

  it("events that come before the answer are not lost", async () => {
    answer = () => {
      app.running.hear({ seq: 1, job: "early", time: 0, type: "node_started", node_id: "5", real_id: "5" });
      return { jobs: [{ id: "early" }], warnings: [] };
    };
    await app.running.submit();

    expect(app.runs.at(`${tab.id}/5`).state).toBe("running");
  });

  it("progress reads no document, and is said every two seconds at most", async () => {
    await app.running.submit();
    const read = vi.spyOn(tab.store, "document", /** @type {any} */ ("get")).mockReturnValue(DOCUMENT);
    for (let step = 1; step <= 100; step += 1)
      app.running.hear({
        seq: step,
        job: "job-1",
        time: 0,
        type: "progress",
        node_id: "5",
        step,
        steps: 100,
      });

    expect(app.voice.sayAside).toHaveBeenCalledTimes(1);
    expect(read.mock.calls.length).toBeLessThan(4);
  });

  it("a failed run is told at once, with the node", async () => {
    await app.running.submit();
    const error = { type: "node", message: "Out of paint.", details: {}, node: "5", input: null };
    app.running.hear({
      seq: 1,
      job: "job-1",
      time: 0,
      type: "node_failed",
      node_id: "5",
      real_id: "5",
      error,
    });
    app.running.hear({ seq: 2, job: "job-1", time: 0, type: "job_changed", state: "failed", error });

    expect(app.notices.tell.mock.calls[0].slice(0, 2)).toEqual(["Out of paint.", "bad"]);
    expect(app.problems.of(tab.id).run).toEqual([error]);
  });

  it("after a reload the last run is told again, once", async () => {
    await app.running.submit();
    app.api.get = async () => ({
      items: [
        { seq: 1, job: "job-1", time: 0, type: "job_changed", state: "running" },
        {
          seq: 2,
          job: "job-1",
          time: 0,
          type: "node_finished",
          node_id: "5",
          real_id: "5",
          seconds: 2,
          ui: null,
        },
        { seq: 3, job: "job-1", time: 0, type: "job_changed", state: "succeeded" },
      ],
    });
    await app.running.replay();
    expect(app.runs.at(`${tab.id}/5`).state).toBe("done");

    app.running.hear({ seq: 1, job: "job-1", time: 0, type: "job_changed", state: "running" });

    expect(app.runs.at(`${tab.id}/5`).state).toBe("done");
    expect(app.say).not.toHaveBeenCalled();
    expect(app.voice.sayAside).not.toHaveBeenCalled();
  });

  it("a closed tab is forgotten", async () => {
    await app.running.submit();
    app.running.forget(tab.id);

    expect(app.running.tabs.tabOf("job-1")).toBe(undefined);
  });
});

describe("a batch", () => {
  const choices = choicesOf(DOCUMENT, SCHEMA, "Exposed");

  it("offers exposed inputs first, then all others", () => {
    expect(choices.map((each) => each.name)).toEqual(["how_long", "5.seed", "5.steps", "5.text"]);
    expect(choices.map((each) => each.group)).toEqual(["Exposed", "Sample", "Sample", "Sample"]);
  });

  it("takes commas for numbers, and lines alone for texts", () => {
    expect(valuesIn("1, 2\n 3,", { kind: "int" })).toEqual([1, 2, 3]);
    expect(valuesIn("a, b\nc", { kind: "text" })).toEqual(["a, b", "c"]);
    expect(valuesIn("18446744073709551615", { kind: "int" })).toEqual(["18446744073709551615"]);
  });

  it("counts what it makes", () => {
    const typed = {
      hasSeeds: true,
      count: 3,
      start: "5",
      seed: "5.seed",
      grid: [
        { input: "5.steps", text: "4, 8" },
        { input: "5.text", text: "" },
      ],
      table: "a,b\n1,2\n3,4\n",
      folder: "",
      folderInput: "",
      folderCount: 0,
    };

    expect(batchOf(typed, choices)).toEqual({
      batch: {
        seeds: { count: 3, input: "5.seed", start: "5" },
        grid: { "5.steps": [4, 8] },
        csv: typed.table,
      },
      count: 12,
    });
  });

  it("goes through the pictures of a folder, each with each row of a table", () => {
    const typed = {
      hasSeeds: false,
      count: 1,
      start: "",
      seed: "",
      grid: [],
      table: 'text\n"two\nlines, ""quoted"""\n\nb\n',
      folder: "shots",
      folderInput: "3.image",
      folderCount: 5,
    };

    expect(batchOf(typed, choices)).toEqual({
      batch: { csv: typed.table, folder: { folder: "shots", input: "3.image" } },
      count: 10,
    });
  });
});
