// @ts-check
/**
 * Keeps every open tab in the browser: its document with the history, what it is called and based on,
 * where one looked. Written a moment after the last change, so that nothing is lost by leaving.
 */

import { effect } from "@preact/signals-core";
import { freshId, Tab } from "./tab.js";

/** @typedef {import("./kept-tabs.js").KeptTab} KeptTab */
/** @typedef {import("./kept-tabs.js").TabStore} TabStore */
/** @typedef {import("./workspace.js").Workspace} Workspace */
/** @typedef {{ changes: number, kept: number }} Standing  the number of the last change, and of the last that is kept */

/** After the last change. */
export const REST_MS = 300;
/** While one change follows another. */
export const MOST_MS = 2000;
/** After something could not be written. */
export const AGAIN_MS = 5000;

/**
 * Say which of the kept tabs a window opens: its own; those of the window that it is a copy of, as
 * copies; else those whose window is no more.
 * @param {readonly KeptTab[]} all
 * @param {{ id: string, copyOf: string | null, isOpen: (window: string) => boolean }} window
 * @returns {KeptTab[]} as they are from now on
 */
export function claimedBy(all, { id, copyOf, isOpen }) {
  const own = all.filter((each) => each.window === id);
  const model = copyOf === null ? [] : all.filter((each) => each.window === copyOf);
  const left = all.filter((each) => !isOpen(each.window));
  const chosen = own.length
    ? own
    : model.length
      ? model.map((each) => ({ ...each, id: freshId(), window: id }))
      : left.map((each) => ({ ...each, window: id }));
  return chosen.sort((a, b) => a.order - b.order);
}

/** @param {KeptTab} kept @returns {Tab} */
export function tabFrom({ document, way, cameras, face, ...about }) {
  const tab = new Tab(document, about);
  tab.way.value = way;
  tab.face.value = face;
  for (const [level, camera] of cameras) tab.cameras.set(level, camera);
  return tab;
}

/** @param {Tab} tab */
const contentOf = (tab) => ({
  document: tab.store.document,
  saved: tab.saved.peek(),
  history: tab.store.history,
  name: tab.name.peek(),
  revision: tab.revision.peek(),
  spoken: tab.spoken,
  way: tab.way.peek(),
  face: tab.face.peek(),
});

export class Keeper {
  /** @type {Set<Tab>} */
  #waiting = new Set();
  /** @type {Set<Tab>} those that are looked at from elsewhere */
  #looked = new Set();
  /** @type {Set<string>} kept tabs that were closed */
  #closed = new Set();
  /** @type {Map<Tab, { id: string, place: string, stop: () => void }>} place: order and whether it is seen, as kept */
  #known = new Map();
  /** @type {WeakMap<Tab, string>} what tabs are kept as that are copies now, those too that are closed */
  #copies = new WeakMap();
  #timer = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);
  /** When the first of the changes was made that are not written yet. */
  #since = 0;
  #changes = 0;
  #kept = 0;
  #stops = /** @type {(() => void)[]} */ ([]);

  /**
   * @param {Workspace} workspace @param {TabStore} store @param {string} window
   * @param {{ tell?: (standing: Standing) => void, fail?: (problem: unknown) => void }} [hear]
   */
  constructor(workspace, store, window, { tell = () => {}, fail = () => {} } = {}) {
    this.workspace = workspace;
    this.store = store;
    this.window = window;
    this.tell = tell;
    this.fail = fail;
    store.onAnew = () => this.#markAll();
    this.#stops.push(effect(() => this.#follow()));
  }

  /** Write what is not written; does its part before it returns, so that it can be called on leaving. */
  async keep() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const [tabs, looked, gone] = [[...this.#waiting], [...this.#looked], [...this.#closed]];
    if (!tabs.length && !looked.length && !gone.length) return;
    for (const each of [this.#waiting, this.#looked, this.#closed]) each.clear();
    const changes = this.#changes;
    try {
      const contents = tabs.flatMap((each) => this.#contentOf(each));
      await this.store.write({ tabs: contents, views: looked.flatMap((each) => this.#viewOf(each)), gone });
      this.#kept = Math.max(this.#kept, changes);
      this.#tellStanding();
    } catch (problem) {
      for (const each of tabs) if (this.#known.has(each)) this.#waiting.add(each);
      for (const each of looked) this.#looked.add(each);
      for (const id of gone) this.#closed.add(id);
      this.fail(problem);
      this.#timer ??= setTimeout(() => this.keep(), AGAIN_MS);
    }
  }

  /** Leave what was kept to another window, and keep the tabs as copies. @param {string} window */
  becomeCopy(window) {
    this.window = window;
    for (const tab of [...this.#known.keys(), ...this.workspace.closed.peek()])
      this.#copies.set(tab, freshId());
    for (const [tab, known] of this.#known) known.id = this.#idOf(tab);
    this.#markAll();
  }

  #markAll() {
    for (const tab of this.#known.keys()) {
      this.#looked.add(tab);
      this.#mark(tab);
    }
  }

  stop() {
    clearTimeout(this.#timer);
    for (const stop of this.#stops) stop();
    for (const { stop } of this.#known.values()) stop();
  }

  #follow() {
    const tabs = this.workspace.tabs.value;
    const active = this.workspace.active.value;
    for (const [tab, { id, stop }] of this.#known) {
      if (tabs.includes(tab)) continue;
      stop();
      this.#known.delete(tab);
      this.#waiting.delete(tab);
      this.#looked.delete(tab);
      this.#closed.add(id);
      this.#noteChange();
    }
    for (const [order, tab] of tabs.entries()) {
      const place = `${order} ${tab === active}`;
      const known = this.#known.get(tab);
      if (!known) this.#know(tab, place);
      else if (known.place !== place) {
        known.place = place;
        this.#mark(tab);
      }
    }
  }

  /** @param {Tab} tab */
  #idOf(tab) {
    return this.#copies.get(tab) ?? tab.id;
  }

  /** @param {Tab} tab @param {string} place */
  #know(tab, place) {
    const known = { id: this.#idOf(tab), place, stop: () => {} };
    this.#known.set(tab, known);
    this.#closed.delete(known.id);
    known.stop = effect(() => {
      for (const each of [tab.version, tab.way, tab.face, tab.name, tab.revision, tab.saved]) each.value;
      this.#mark(tab);
    });
    // where one looks is no change that anybody waits for
    tab.cameras.onLook = () => {
      this.#looked.add(tab);
      this.#writeSoon();
    };
    this.#looked.add(tab);
  }

  /** @param {Tab} tab */
  #mark(tab) {
    this.#waiting.add(tab);
    this.#noteChange();
  }

  #noteChange() {
    this.#changes += 1;
    this.#tellStanding();
    this.#writeSoon();
  }

  #writeSoon() {
    const now = Date.now();
    if (this.#timer === undefined) this.#since = now;
    clearTimeout(this.#timer);
    const left = Math.max(0, this.#since + MOST_MS - now);
    this.#timer = setTimeout(() => this.keep(), Math.min(REST_MS, left));
  }

  /** @param {Tab} tab @returns {import("./kept-tabs.js").Content[]} none of a tab that is closed */
  #contentOf(tab) {
    const known = this.#known.get(tab);
    if (!known) return [];
    const order = this.workspace.tabs.peek().indexOf(tab);
    const isActive = this.workspace.active.peek() === tab;
    return [{ id: known.id, window: this.window, order, isActive, ...contentOf(tab) }];
  }

  /** @param {Tab} tab @returns {import("./kept-tabs.js").View[]} */
  #viewOf(tab) {
    const known = this.#known.get(tab);
    return known ? [{ id: known.id, cameras: [...tab.cameras] }] : [];
  }

  #tellStanding() {
    this.tell({ changes: this.#changes, kept: this.#kept });
  }
}
