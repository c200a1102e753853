// @ts-check
/** Where tabs are kept: the browser's database, or memory where the browser has none to give. */

/**
 * @typedef {{
 *   id: string, window: string, order: number, isActive: boolean,
 *   document: import("../model/document.js").WorkflowDocument,
 *   saved: import("../model/document.js").WorkflowDocument | null,
 *   history: import("../model/history.js").History, name: string | null, revision: number | null,
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
 *   write: (changes: Changes) => Promise<void>,
 * }} TabStore
 *   claim: what is chosen of all is written as it is returned, and nobody else writes in between
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

/** @implements {TabStore} */
export class DatabaseTabs {
  /** @param {IDBDatabase} database */
  constructor(database) {
    this.database = database;
  }

  /** @returns {Promise<DatabaseTabs>} */
  static open() {
    return new Promise((resolve, reject) => {
      const request = indexedDB.open(NAME, 1);
      request.onupgradeneeded = () => {
        for (const each of [TABS, VIEWS]) request.result.createObjectStore(each, { keyPath: "id" });
      };
      request.onsuccess = () => resolve(new DatabaseTabs(request.result));
      request.onerror = () => reject(request.error);
    });
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

  /** @param {Changes} changes @returns {Promise<void>} */
  write({ tabs: contents = [], views: places = [], gone = [] }) {
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
