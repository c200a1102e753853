// @ts-check
// @vitest-environment happy-dom
import { beforeEach, expect, it, vi } from "vitest";
import { NodeEvents, timeText } from "../../app/state/node-events.js";
import { Runs } from "../../app/state/runs.js";

/** @type {Runs} */
let runs;
/** @type {NodeEvents} */
let events;
/** @type {string[]} keys that were told, in order */
let told;
/** @type {(() => void)[]} */
let frames;

beforeEach(() => {
  runs = new Runs(() => "tab/");
  told = [];
  frames = [];
  runs.watch((key) => told.push(key));
  events = new NodeEvents({
    runs,
    tabOf: (job) => (job === "job" || job === "next" ? "tab" : undefined),
    measure: async (picture) => ({ ...picture, width: 64, height: 32 }),
    onFrame: (work) => frames.push(work),
  });
  URL.createObjectURL = vi.fn(() => `blob:${Math.random()}`);
  URL.revokeObjectURL = vi.fn();
});

let seq = 0;
/** @param {string} type @param {object} [fields] @param {string} [job] */
function hear(type, fields = {}, job = "job") {
  seq += 1;
  events.hear({ seq, job, time: 0, type, ...fields });
}

const ui = { images: [{ filename: "a b.png", subfolder: "shots", type: "output" }] };

it("a message about progress sets one signal of one node, whatever the size of the graph", () => {
  for (let id = 0; id < 3000; id += 1) runs.of(String(id));
  hear("node_started", { node_id: "5", real_id: "5" });
  told.length = 0;

  hear("progress", { node_id: "5", step: 3, steps: 20 });

  expect(told).toEqual(["tab/5"]);
  expect(runs.peek("5")).toMatchObject({ state: "running", step: 3, steps: 20, badge: "3/20" });
});

it("the control: beginning another run tells more than one", () => {
  for (const id of ["1", "2", "3"]) hear("node_started", { node_id: id, real_id: id });
  told.length = 0;

  hear("job_changed", { state: "running" });

  expect(told.length).toBe(3);
});

it("jobs of other windows tell nothing", () => {
  hear("node_started", { node_id: "5", real_id: "5" }, "other");

  expect(told).toEqual([]);
});

it("a node that is done says how long it took", () => {
  hear("node_started", { node_id: "5", real_id: "5" });
  hear("node_finished", { node_id: "5", real_id: "5", seconds: 1.28, ui: null });

  expect(runs.peek("5")).toMatchObject({ state: "done", steps: 0 });
  expect(runs.peek("5").badge).toContain("run.seconds");
});

it("a stored result is quiet, and keeps what it took then for the tooltip", () => {
  hear("node_finished", { node_id: "5", real_id: "5", seconds: 1.28, ui: null });
  hear("node_reused", { node_id: "5", real_id: "5", ui: null });

  expect(runs.peek("5")).toMatchObject({ state: "cached", badge: "" });
  expect(runs.peek("5").details).toBe("run.cached. run.took");
});

it("pictures have their sizes and addresses", async () => {
  hear("node_finished", { node_id: "7", real_id: "7", seconds: 0.2, ui });
  await vi.waitFor(() => expect(runs.peek("7").pictures.length).toBe(1));

  expect(runs.peek("7").pictures[0]).toEqual({
    address: "api/v1/files/output/shots/a%20b.png",
    small: "api/v1/files/output/shots/a%20b.png?thumbnail=512",
    name: "shots/a b.png",
    file: { kind: "output", name: "shots/a b.png" },
    width: 64,
    height: 32,
  });
});

it("pictures of an older result do not come after those of a newer one", async () => {
  /** @type {((picture: any) => void)[]} */
  const waiting = [];
  events.measure = (picture) =>
    new Promise((answer) => waiting.push((/** @type {any} */ size) => answer({ ...picture, ...size })));
  hear("node_finished", { node_id: "7", real_id: "7", seconds: 1, ui });
  hear("node_finished", {
    node_id: "7",
    real_id: "7",
    seconds: 1,
    ui: { images: [{ filename: "new.png" }] },
  });

  waiting[1]({ width: 2 });
  waiting[0]({ width: 1 });
  await vi.waitFor(() => expect(runs.peek("7").pictures.length).toBe(1));
  await Promise.resolve();

  expect(runs.peek("7").pictures[0].name).toBe("new.png");
});

it("texts are told too", () => {
  hear("node_finished", { node_id: "8", real_id: "8", seconds: 0, ui: { text: ["hello"] } });

  expect(runs.peek("8").texts).toEqual(["hello"]);
});

const header = (/** @type {string} */ job = "job") =>
  /** @type {any} */ ({ job, node_id: "5", real_id: "5", width: 8, height: 8, mime: "image/jpeg" });

it("of several previews within a frame the newest is shown, and no other is ever made", () => {
  for (let count = 0; count < 10; count += 1) events.preview(header(), new Blob([String(count)]));

  expect(frames.length).toBe(1);
  frames[0]();

  expect(URL.createObjectURL).toHaveBeenCalledTimes(1);
  expect(told).toEqual(["tab/5"]);
  expect(runs.peek("5").preview).toMatchObject({ width: 8, height: 8 });
});

it("a preview's address is given back", () => {
  vi.useFakeTimers();
  for (let count = 0; count < 3; count += 1) {
    events.preview(header(), new Blob(["x"]));
    frames[count]();
  }
  vi.runAllTimers();
  vi.useRealTimers();

  expect(URL.revokeObjectURL).toHaveBeenCalledTimes(2);
});

it("a preview stays when its node is done, and goes when the next run makes none", () => {
  events.preview(header(), new Blob(["x"]));
  frames[0]();
  hear("node_finished", { node_id: "5", real_id: "5", seconds: 1, ui: null });
  expect(runs.peek("5").preview).not.toBe(null);

  hear("job_changed", { state: "running" }, "next");
  hear("node_finished", { node_id: "5", real_id: "5", seconds: 1, ui: null }, "next");

  expect(runs.peek("5").preview).toBe(null);
});

it("a node that failed says why, and so do the subgraphs around it", () => {
  const error = { type: "node", message: "Out of paint.", details: {}, node: "12:7", input: null };
  hear("node_started", { node_id: "12:7", real_id: "12:7" });
  hear("node_failed", { node_id: "12:7", real_id: "12:7", error });

  for (const id of ["12", "12:7"]) {
    expect(runs.peek(id)).toMatchObject({ state: "bad", details: "Out of paint.", problems: [error] });
  }
});

it("a subgraph runs with what is in it, and is done when another node begins outside", () => {
  hear("node_started", { node_id: "12:7", real_id: "12:7" });
  hear("progress", { node_id: "12:7", step: 1, steps: 2 });
  expect(runs.peek("12")).toMatchObject({ state: "running", badge: "1/2" });

  hear("node_finished", { node_id: "12:7", real_id: "12:7", seconds: 1, ui: null });
  hear("node_started", { node_id: "12:8", real_id: "12:8" });
  expect(runs.peek("12").state).toBe("running");

  hear("node_started", { node_id: "13", real_id: "13" });
  expect(runs.peek("12").state).toBe("done");
});

it("a node that was running when its job was cancelled does not run any more", () => {
  hear("node_started", { node_id: "5", real_id: "5" });
  hear("progress", { node_id: "5", step: 1, steps: 2 });

  hear("job_changed", { state: "cancelled" });

  expect(runs.peek("5")).toMatchObject({ state: "", badge: "", steps: 0 });
});

it("what a run showed stays until the next one has shown something", async () => {
  hear("node_finished", { node_id: "7", real_id: "7", seconds: 1, ui });
  await vi.waitFor(() => expect(runs.peek("7").pictures.length).toBe(1));

  hear("job_changed", { state: "running" }, "next");

  expect(runs.peek("7").state).toBe("");
  expect(runs.peek("7").pictures.length).toBe(1);
});

it("nodes that were added while running leave the state of their place alone", () => {
  hear("node_started", { node_id: "5", real_id: "5" });
  hear("node_finished", { node_id: "5", real_id: "5.1", seconds: 1, ui: null });

  expect(runs.peek("5").state).toBe("running");
});

it("long times are written as clocks", () => {
  expect([65, 600, 3725].map(timeText)).toEqual(["1:05", "10:00", "1:02:05"]);
});

it("nodes above a stored result, of which nothing is told, keep theirs", () => {
  for (const id of ["5", "7"]) hear("node_finished", { node_id: id, real_id: id, seconds: 1, ui: null });
  hear("job_changed", { state: "running" }, "next");
  expect(runs.peek("5").state).toBe("");
  hear("node_reused", { node_id: "7", real_id: "7", ui: null }, "next");
  hear("job_changed", { state: "succeeded" }, "next");

  expect(runs.peek("5")).toMatchObject({ state: "cached", details: "run.cached. run.took" });
});

it("a run of some nodes says nothing of the others", () => {
  hear("node_finished", { node_id: "5", real_id: "5", seconds: 1, ui: null });
  events.isWhole = () => false;
  hear("job_changed", { state: "running" }, "next");
  hear("job_changed", { state: "succeeded" }, "next");

  expect(runs.peek("5").state).toBe("");
});
