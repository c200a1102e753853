// @ts-check
import { signal } from "@preact/signals-core";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { start } from "../../app/start/node-types.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** @param {string[]} answers  how far the packs are, answer by answer */
function appWith(answers) {
  const get = vi.fn(async () => ({ packs: answers[get.mock.calls.length - 1], nodes: [] }));
  return { app: /** @type {any} */ ({ api: { get }, schema: signal(null) }), get };
}

it("are asked for once when packs have theirs ready", async () => {
  const { app, get } = appWith(["ready"]);
  await start(app);
  await vi.advanceTimersByTimeAsync(60_000);

  expect(get).toHaveBeenCalledTimes(1);
  expect(app.schema.value.size).toBe(0);
});

it("are asked for again until packs have theirs ready", async () => {
  const { app, get } = appWith(["loading", "late", "ready"]);
  await start(app);
  const before = app.schema.value;
  await vi.advanceTimersByTimeAsync(60_000);

  expect(get).toHaveBeenCalledTimes(3);
  expect(app.schema.value).not.toBe(before);
});
