// @ts-check
// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { withValues } from "../../app/model/given-values.js";
import { jobsOf, moved, movesOf, rowsOf, valuesText } from "../../app/panels/queue/order.js";
import { Queue } from "../../app/state/queue.js";
import { titleOf } from "../../app/ui/window-title.js";
import { randomFrom } from "../random.js";

/** @param {string} id @param {string} [state] @param {object} [more] */
const job = (id, state = "queued", more = {}) =>
  /** @type {any} */ ({
    id,
    state,
    title: "",
    created: 0,
    started: null,
    ended: null,
    batch: null,
    outputs: [],
    ...more,
  });

/** A server that has jobs; it counts how often it is asked. */
class FakeServer {
  running = /** @type {any[]} */ ([]);
  queued = /** @type {any[]} */ ([]);
  paused = /** @type {any[]} */ ([]);
  ended = /** @type {any[]} */ ([]);
  asked = /** @type {string[]} */ ([]);
  isDown = false;
  isPaused = false;

  /** @param {string} path @param {any} [query] */
  async get(path, query) {
    this.asked.push(path);
    if (this.isDown) throw new Error("down");
    if (path === "queue") {
      const { offset, limit } = query;
      const queued = this.queued.slice(offset, offset + limit);
      return { running: this.running, queued, total: this.queued.length, is_paused: this.isPaused };
    }
    if (path === "jobs") return { items: query.state === "paused" ? this.paused : this.ended };
    return this.ended.find((each) => path === `jobs/${each.id}`);
  }
}

/** @type {FakeServer} */
let server;
/** @type {Queue} */
let queue;

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeServer();
  queue = new Queue();
  queue.follow(/** @type {any} */ (server));
});
afterEach(() => {
  vi.useRealTimers();
});

const changed = (/** @type {string} */ id, /** @type {string} */ state, /** @type {string} */ why = "") =>
  queue.hear({ seq: 1, job: id, time: 0, type: "job_changed", state, why });
const ids = () => queue.jobs.value.map((each) => each.id);

describe("the queue", () => {
  it("lists what runs, rests and waits, and how many there are", async () => {
    server.running = [job("a", "running")];
    server.paused = [job("p", "paused")];
    server.queued = Array.from({ length: 250 }, (_, index) => job(`w${index}`));
    queue.refresh();
    await vi.advanceTimersByTimeAsync(50);

    expect(ids().slice(0, 3)).toEqual(["a", "p", "w0"]);
    expect(queue.jobs.value.length).toBe(102);
    expect(queue.waiting.value).toBe(250);
    expect(queue.left.value).toBe(251);

    queue.see({ from: 90, to: 120 });
    await vi.advanceTimersByTimeAsync(1000);
    expect(queue.jobs.value.length).toBe(252);
  });

  it("knows what runs also when an answer on its way still says that it waits", async () => {
    server.queued = [job("a"), job("b")];
    const { get } = server;
    server.get = async (path, query) => {
      const answer = await get.call(server, path, query);
      if (path === "queue") await new Promise((done) => setTimeout(done, 50));
      return answer;
    };
    changed("a", "queued");
    await vi.advanceTimersByTimeAsync(30);
    changed("a", "running");
    await vi.advanceTimersByTimeAsync(50);

    expect(queue.running.value.map((each) => each.id)).toEqual(["a"]);
    expect(queue.waiting.value).toBe(1);
  });

  it("keeps up what is seen, and no more", async () => {
    server.queued = Array.from({ length: 2000 }, (_, index) => job(`w${index}`));
    queue.refresh();
    await vi.advanceTimersByTimeAsync(1000);
    queue.see({ from: 690, to: 710 });
    await vi.advanceTimersByTimeAsync(1000);
    expect(ids()).toEqual(server.queued.slice(0, 1100).map((each) => each.id));

    server.asked = [];
    server.queued = [job("first"), ...server.queued];
    queue.refresh();
    await vi.advanceTimersByTimeAsync(1000);
    expect(ids().slice(0, 1100)).toEqual(server.queued.slice(0, 1100).map((each) => each.id));
    expect(server.asked.filter((each) => each === "queue").length).toBe(2);
  });

  it("a known job that begins is moved without asking", async () => {
    server.queued = [job("a"), job("b")];
    queue.refresh();
    await vi.advanceTimersByTimeAsync(1000);
    server.asked = [];

    changed("b", "running");
    await vi.advanceTimersByTimeAsync(1000);

    expect(ids()).toEqual(["b", "a"]);
    expect(queue.waiting.value).toBe(1);
    expect(server.asked).toEqual([]);
  });

  it("a flood of events asks a few times, not once each", async () => {
    for (let count = 0; count < 500; count += 1) {
      changed(`n${count}`, "queued");
      await vi.advanceTimersByTimeAsync(2);
    }
    await vi.advanceTimersByTimeAsync(1000);

    expect(server.asked.filter((each) => each === "queue").length).toBeLessThan(8);
  });

  it("progress asks nothing", async () => {
    for (let step = 0; step < 100; step += 1)
      queue.hear({ seq: 1, job: "a", time: 0, type: "progress", node_id: "5", step, steps: 100 });
    await vi.advanceTimersByTimeAsync(1000);

    expect(server.asked).toEqual([]);
    expect(queue.working.value).toMatchObject({ step: 99, steps: 100 });
  });

  it("jobs that ended come with what they made, the newest first", async () => {
    server.ended = [job("a", "succeeded", { ended: 1 }), job("b", "failed", { ended: 2 })];
    changed("a", "succeeded");
    changed("b", "failed");
    await vi.advanceTimersByTimeAsync(1000);

    expect(queue.ended.value.map((each) => each.id)).toEqual(["b", "a"]);
  });

  it("what ended while the server did not answer is asked for again", async () => {
    server.ended = [job("a", "succeeded", { ended: 1 })];
    server.isDown = true;
    changed("a", "succeeded");
    await vi.advanceTimersByTimeAsync(1000);
    server.isDown = false;
    queue.refresh();
    await vi.advanceTimersByTimeAsync(1000);

    expect(queue.ended.value.map((each) => each.id)).toEqual(["a"]);
  });

  it("asks again for what the server has refused while it is there", async () => {
    server.ended = [job("a", "succeeded", { ended: 1 })];
    server.isDown = true;
    queue.connection.value = "open";
    changed("a", "succeeded");
    await vi.advanceTimersByTimeAsync(1000);
    server.isDown = false;
    await vi.advanceTimersByTimeAsync(4000);

    expect(queue.ended.value.map((each) => each.id)).toEqual(["a"]);
  });

  it("rests when all that is left is paused", async () => {
    server.paused = [job("p", "paused")];
    queue.refresh();
    await vi.advanceTimersByTimeAsync(1000);

    expect(queue.isPaused.value).toBe(true);
  });

  it("rests while the server holds it, whatever waits, and says what another window did", async () => {
    server.queued = [job("w")];
    server.isPaused = true;
    queue.refresh();
    await vi.advanceTimersByTimeAsync(1000);
    const before = queue.isPaused.value;
    queue.hear({ seq: 2, job: "", time: 0, type: "queue_changed", is_paused: false });

    expect(before).toBe(true);
    expect(queue.isPaused.value).toBe(false);
  });

  it("many that end at once are asked for as one list", async () => {
    server.ended = Array.from({ length: 40 }, (_, index) =>
      job(`e${index}`, "cancelled", { ended: index + 1 }),
    );
    for (let index = 0; index < 40; index += 1) changed(`e${index}`, "cancelled");
    await vi.advanceTimersByTimeAsync(1000);

    expect(server.asked.filter((each) => each.startsWith("jobs/"))).toEqual([]);
    expect(queue.ended.value.length).toBe(40);
  });
});

describe("rows", () => {
  it("a batch is one row where its jobs follow each other", () => {
    const rows = rowsOf([
      job("a"),
      job("b", "queued", { batch: "x" }),
      job("c", "queued", { batch: "x" }),
      job("d"),
    ]);

    expect(rows.map((each) => each.jobs.map(({ id }) => id))).toEqual([["a"], ["b", "c"], ["d"]]);
    expect(jobsOf(rows, 4, 1, 2)).toEqual({ from: 1, to: 3 });
    expect(jobsOf(rows, 4, 2, 13)).toEqual({ from: 3, to: 14 });
  });

  it("the moves that are asked for give the order that is shown", () => {
    const random = randomFrom(5);
    for (let round = 0; round < 300; round += 1) {
      const jobs = Array.from({ length: 1 + Math.floor(random() * 8) }, (_, index) =>
        job(`j${index}`, "queued", { batch: random() < 0.5 ? `b${Math.floor(index / 2)}` : null }),
      );
      const rows = rowsOf(jobs);
      const from = Math.floor(random() * rows.length);
      const to = Math.floor(random() * (rows.length + 1));
      let order = jobs.map((each) => each.id);
      for (const { job: id, move } of movesOf(rows, from, to)) {
        order = order.filter((each) => each !== id);
        const at = "before" in move ? order.indexOf(move.before) : order.indexOf(move.after) + 1;
        order.splice(at, 0, id);
      }

      expect(order).toEqual(moved(rows, from, to).flatMap((each) => each.jobs.map(({ id }) => id)));
    }
  });

  it("values are told in a few words", () => {
    expect(valuesText({ steps: 8, prompt: "a".repeat(40) })).toBe(`steps 8, prompt ${"a".repeat(23)}…`);
  });
});

it("a workflow is opened with what its job has set", () => {
  const document = /** @type {any} */ ({
    nodes: { 5: { type: "A", values: { seed: 1 } }, "x.y": { type: "B" } },
    inputs: [{ name: "prompt", targets: [["x.y", "text"]] }],
  });

  const { nodes } = withValues(document, { "5.seed": "9", prompt: "hi", "x.y.other": 3, nowhere: 1 });

  expect(nodes).toMatchObject({ 5: { values: { seed: "9" } }, "x.y": { values: { text: "hi", other: 3 } } });
});

it("the window's title says what is left and how far it is", () => {
  expect(titleOf({ left: 3, step: 12, steps: 20, title: "Fox" })).toBe("(3) 12/20 Fox – Sfumato");
  expect(titleOf({ left: 0, step: 12, steps: 20, title: "" })).toBe("Sfumato");
});
