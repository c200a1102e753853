// @ts-check
import { beforeEach, describe, expect, it, vi } from "vitest";
import { thisWindow } from "../../app/state/windows.js";

/** Locks as windows of one browser share them. */
class FakeLocks {
  held = new Set();

  #turn = /** @type {Promise<unknown>} */ (Promise.resolve());

  /** @param {string} name @param {any} options @param {() => unknown} [run] */
  request(name, options, run) {
    if (run) return this.#hold(name, options, run);
    this.#turn = this.#turn.then(options);
    return this.#turn;
  }

  /** @param {string} name @param {{ signal: AbortSignal }} options @param {() => unknown} run */
  #hold(name, { signal }, run) {
    if (!this.held.has(name)) {
      this.held.add(name);
      return Promise.resolve(run());
    }
    return new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
    });
  }

  async query() {
    return { held: [...this.held].map((name) => ({ name })) };
  }
}

/** @param {Record<string, string>} [kept] */
function sessionWith(kept = {}) {
  const values = new Map(Object.entries(kept));
  return {
    getItem: (/** @type {string} */ key) => values.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => void values.set(key, value),
  };
}

const KEY = "sfumato.window";

beforeEach(() => vi.useRealTimers());

describe("thisWindow", () => {
  it("is the same window after a reload", async () => {
    const session = sessionWith();
    const first = await thisWindow(session, /** @type {any} */ (new FakeLocks()));
    const again = await thisWindow(session, /** @type {any} */ (new FakeLocks()));

    expect(again.id).toBe(first.id);
    expect(again.copyOf).toBeNull();
  });

  it("knows that it is a copy of a window that is open", async () => {
    const locks = /** @type {any} */ (new FakeLocks());
    const session = sessionWith();
    const first = await thisWindow(session, locks);
    const copy = await thisWindow(sessionWith({ [KEY]: first.id }), locks);

    expect(copy.copyOf).toBe(first.id);
    expect(copy.id).not.toBe(first.id);
    expect(copy.isOpen(first.id)).toBe(true);
    expect(copy.isOpen("closed")).toBe(false);
    expect(copy.isOpen(copy.id)).toBe(false);
  });

  it("knows of a window that has come since, when it takes what is left", async () => {
    const locks = /** @type {any} */ (new FakeLocks());
    const first = await thisWindow(sessionWith(), locks);
    const second = await thisWindow(sessionWith(), locks);
    const before = first.isOpen(second.id);
    const during = await first.alone(async () => first.isOpen(second.id));

    expect([before, during]).toEqual([false, true]);
  });

  it("takes what is left one window after the other", async () => {
    const locks = /** @type {any} */ (new FakeLocks());
    const [first, second] = [await thisWindow(sessionWith(), locks), await thisWindow(sessionWith(), locks)];
    /** @type {string[]} */
    const done = [];
    const work = (/** @type {string} */ name) => async () => {
      done.push(`${name} begins`);
      await new Promise((go) => setTimeout(go, 5));
      done.push(`${name} ends`);
    };
    await Promise.all([first.alone(work("first")), second.alone(work("second"))]);

    expect(done).toEqual(["first begins", "first ends", "second begins", "second ends"]);
  });

  it("asks the other windows where there are no locks", async () => {
    const first = await thisWindow(sessionWith(), /** @type {any} */ (null));
    const copy = await thisWindow(sessionWith({ [KEY]: first.id }), /** @type {any} */ (null));

    expect(copy.copyOf).toBe(first.id);
    expect(copy.isOpen(first.id)).toBe(true);
  });

  it("tells a window that was asleep that its tabs are another's now", async () => {
    const first = await thisWindow(sessionWith(), /** @type {any} */ (null));
    const told = new Promise((resolve) => first.onClaimed(() => resolve("told")));
    const second = await thisWindow(sessionWith(), /** @type {any} */ (null));
    second.claimed([first.id]);

    expect(await told).toBe("told");
  });
});
