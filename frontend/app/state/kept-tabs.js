// @ts-check
/** Where tabs are kept: the browser's database, or memory where the browser has none to give. */

/**
 * @typedef {{
 *   id: string, window: string, order: number, isActive: boolean,
 *   document: import("../model/document.js").WorkflowDocument,
 *   saved: import("../model/document.js").WorkflowDocument | null,
 *   history: import("../model/history.js").History, name: string | null, revision: number | null, spoken?: string | null,
 *   way: readonly string[], cameras: [string, import("../geometry/camera.js").Camera][],
 *   face: "graph" | "form",
 * }} KeptTab  window: the one that has it
 */
/** @typedef {Omit<KeptTab, "cameras">} Content */
/** @typedef {{ id: string, cameras: KeptTab["cameras"] }} View  kept by itself: one looks around more often than one edits */
/** @typedef {{ tabs?: readonly Content[], views?: readonly View[], gone?: readonly string[] }} Changes */
/**
 * @typedef {{
 *   claim: (choose: (all: KeptTab[]) => KeptTab[]) => Promise<KeptTab[]>,
 *   write: (changes: Changes) => Promise<void>, onAnew?: () => void,
 * }} TabStore
 *   claim: what is chosen of all is written as it is returned, and nobody else writes in between;
 *   onAnew: called when it was opened again, perhaps without what was in it
 */

const NAME = "sfumato";
const TABS = "tabs";
const VIEWS = "views";

/** @param {KeptTab} tab @returns {[Content, View]} */
function parted({ cameras, ...content }) {
  return [content, { id: content.id, cameras }];
}

/** @param {readonly Content[]} contents @param {readonly View[]} views @returns {KeptTab[]} */
function joined(contents, views) {
  const cameras = new Map(views.map((each) => [each.id, each.cameras]));
  return contents.map((each) => ({ ...each, cameras: cameras.get(each.id) ?? [] }));
}

/** @returns {Promise<IDBDatabase>} */
function opened() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      for (const each of [TABS, VIEWS]) request.result.createObjectStore(each, { keyPath: "id" });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** What a database says that the browser has closed: of a new transaction, and of one under way. */
const CLOSED = ["InvalidStateError", "AbortError"];

/** A browser closes a database that it clears, or has no room or no time for: it is opened again. @implements {TabStore} */
export class DatabaseTabs {
  onAnew = () => {};
  /** @type {Promise<void> | null} while it is opened again */
  #opening = null;
  #isClosed = false;

  /** @param {IDBDatabase} database @param {() => Promise<IDBDatabase>} [open] */
  constructor(database, open = opened) {
    this.open = open;
    this.database = this.#watched(database);
  }

  static async open() {
    return new DatabaseTabs(await opened());
  }

  /** @param {IDBDatabase} database */
  #watched(database) {
    database.onclose = () => {
      this.#isClosed = true;
    };
    // another page wants to clear or change it, and waits until nobody has it open
    database.onversionchange = () => {
      database.close();
      this.#isClosed = true;
    };
    return database;
  }

  #openAgain() {
    this.#opening ??= this.open()
      .then((database) => {
        this.database = this.#watched(database);
        this.#isClosed = false;
        this.onAnew();
      })
      .finally(() => {
        this.#opening = null;
      });
    return this.#opening;
  }

  /** @param {(all: KeptTab[]) => KeptTab[]} choose @returns {Promise<KeptTab[]>} */
  claim(choose) {
    return new Promise((resolve, reject) => {
      const { transaction, tabs, views } = this.#begin();
      /** @type {KeptTab[]} */
      let chosen = [];
      const [contents, places] = [tabs.getAll(), views.getAll()];
      // requests of one transaction are answered in their order
      places.onsuccess = () => {
        chosen = choose(joined(contents.result, places.result));
        for (const [content, view] of chosen.map(parted)) {
          tabs.put(content);
          views.put(view);
        }
      };
      settle(transaction, () => resolve(chosen), reject);
    });
  }

  /** Begins before it returns, unless it has to be opened again. @param {Changes} changes @returns {Promise<void>} */
  async write(changes) {
    if (this.#isClosed) await this.#openAgain();
    try {
      await this.#write(changes);
    } catch (problem) {
      if (
        !this.#isClosed &&
        !CLOSED.includes(/** @type {DOMException | null} */ (problem)?.name ?? CLOSED[0])
      )
        throw problem;
      await this.#openAgain();
      await this.#write(changes);
    }
  }

  /** @param {Changes} changes @returns {Promise<void>} */
  #write({ tabs: contents = [], views: places = [], gone = [] }) {
    return new Promise((resolve, reject) => {
      const { transaction, tabs, views } = this.#begin();
      settle(transaction, resolve, reject);
      for (const each of contents) tabs.put(each);
      for (const each of places) views.put(each);
      for (const id of gone) for (const store of [tabs, views]) store.delete(id);
      // a page that is left does not live to hear that the requests are done
      transaction.commit();
    });
  }

  #begin() {
    const transaction = this.database.transaction([TABS, VIEWS], "readwrite");
    return { transaction, tabs: transaction.objectStore(TABS), views: transaction.objectStore(VIEWS) };
  }
}

/**
 * @param {IDBTransaction} transaction @param {() => void} resolve @param {(problem: unknown) => void} reject
 */
function settle(transaction, resolve, reject) {
  transaction.oncomplete = resolve;
  transaction.onerror = transaction.onabort = () => reject(transaction.error);
}

/** @implements {TabStore} */
export class MemoryTabs {
  onAnew = () => {};
  tabs = /** @type {Map<string, Content>} */ (new Map());
  views = /** @type {Map<string, View>} */ (new Map());

  /** @param {(all: KeptTab[]) => KeptTab[]} choose */
  async claim(choose) {
    const chosen = choose(this.all);
    const parts = chosen.map(parted);
    await this.write({ tabs: parts.map(([content]) => content), views: parts.map(([, view]) => view) });
    return chosen;
  }

  /** @param {Changes} changes */
  async write({ tabs = [], views = [], gone = [] }) {
    for (const each of tabs) this.tabs.set(each.id, structuredClone(each));
    for (const each of views) this.views.set(each.id, structuredClone(each));
    for (const id of gone) for (const store of [this.tabs, this.views]) store.delete(id);
  }

  get all() {
    return joined([...this.tabs.values()], [...this.views.values()]);
  }
}
