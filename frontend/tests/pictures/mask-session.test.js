// @ts-check
import { expect, it, vi } from "vitest";
import { MaskSession } from "../../app/pictures/mask/session.js";

/** A worker that can not do what it is asked. */
class Failing extends EventTarget {
  /** @param {{ id: number }} asked */
  postMessage({ id }) {
    this.dispatchEvent(new MessageEvent("message", { data: { id, problem: "no memory" } }));
  }
}

it("work on a mask that fails is told of, and drawing goes on", async () => {
  vi.stubGlobal("Worker", Failing);
  const tell = vi.fn();
  const session = new MaskSession(vi.fn(), tell);
  session.isBusy.value = false;

  await session.apply("invert");

  expect(tell).toHaveBeenCalledExactlyOnceWith(new Error("no memory"));
  expect(session.isBusy.value).toBe(false);
  expect(session.isChanged).toBe(false);
});
