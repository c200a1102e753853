// @ts-check
import { describe, expect, it, vi } from "vitest";
import { DatabaseTabs } from "../../app/state/kept-tabs.js";

/** As much of a browser's database as is written to. */
class FakeDatabase {
  kept = /** @type {Set<string>} */ (new Set());
  isClosed = false;
  /** The next transaction is given up half-way, as when it is closed meanwhile. */
  givesUp = false;
  onclose = () => {};

  close() {
    this.isClosed = true;
  }

  transaction() {
    if (this.isClosed) throw new DOMException("closed", "InvalidStateError");
    const written = /** @type {string[]} */ ([]);
    const transaction = {
      error: new DOMException("given up", "AbortError"),
      oncomplete: () => {},
      onabort: () => {},
      objectStore: () => ({
        put: (/** @type {{ id: string }} */ { id }) => written.push(id),
        delete: () => {},
      }),
      commit: () =>
        queueMicrotask(() => {
          if (this.givesUp) return transaction.onabort();
          for (const each of written) this.kept.add(each);
          transaction.oncomplete();
        }),
    };
    return transaction;
  }
}

function opened() {
  const databases = [new FakeDatabase()];
  const open = vi.fn(async () => {
    databases.push(new FakeDatabase());
    return /** @type {any} */ (databases.at(-1));
  });
  const store = new DatabaseTabs(/** @type {any} */ (databases[0]), open);
  return { databases, open, store };
}

const content = (/** @type {string} */ id) => /** @type {any} */ ({ tabs: [{ id }] });

describe("the browser's database", () => {
  it("is written to at once, before anything is waited for", () => {
    const { databases, store } = opened();
    const begin = vi.spyOn(databases[0], "transaction");
    store.write(content("a"));

    expect(begin).toHaveBeenCalledTimes(1);
  });

  it("that was closed is opened again, and nothing is lost", async () => {
    const { databases, store } = opened();
    store.onAnew = vi.fn();
    databases[0].close();
    databases[0].onclose();
    await Promise.all([store.write(content("a")), store.write(content("b"))]);

    expect(databases).toHaveLength(2);
    expect([...databases[1].kept]).toEqual(["a", "b"]);
    expect(store.onAnew).toHaveBeenCalledTimes(1);
  });

  it("that is closed without a word, or during a transaction, is opened again", async () => {
    const { databases, store } = opened();
    databases[0].close();
    await store.write(content("a"));
    databases[1].givesUp = true;
    await store.write(content("b"));

    expect(databases).toHaveLength(3);
    expect([...databases[2].kept]).toEqual(["b"]);
  });

  it("that can not be opened says so, and is opened the next time", async () => {
    const { databases, open, store } = opened();
    databases[0].close();
    open.mockRejectedValueOnce(new Error("no room"));

    await expect(store.write(content("a"))).rejects.toThrow("no room");
    await store.write(content("a"));
    expect([...databases[1].kept]).toEqual(["a"]);
  });

  it("that refuses what is written is not opened again", async () => {
    const { databases, open, store } = opened();
    vi.spyOn(databases[0], "transaction").mockImplementation(() => {
      throw new DOMException("full", "QuotaExceededError");
    });

    await expect(store.write(content("a"))).rejects.toThrow("full");
    expect(open).not.toHaveBeenCalled();
  });
});
