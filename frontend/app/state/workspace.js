// @ts-check
/** The open tabs and which of them is seen. */

import { batch, computed, signal } from "@preact/signals-core";
import { emptyDocument } from "../model/document.js";
import { Tab } from "./tab.js";

/** Closed tabs that can be opened again. */
const MOST_CLOSED = 20;

export class Workspace {
  tabs = signal(/** @type {readonly Tab[]} */ ([]));
  /** Closed since the page was loaded, newest last. */
  closed = signal(/** @type {readonly Tab[]} */ ([]));
  #active = signal("");
  active = computed(() => {
    const tabs = this.tabs.value;
    return tabs.find((each) => each.id === this.#active.value) ?? tabs[0] ?? null;
  });

  /** @param {Tab} tab @returns {Tab} */
  open(tab) {
    batch(() => {
      this.tabs.value = [...this.tabs.value, tab];
      this.#active.value = tab.id;
    });
    return tab;
  }

  /** @param {string} id */
  show(id) {
    this.#active.value = id;
  }

  /** @param {string} id */
  close(id) {
    const tabs = this.tabs.value;
    const place = tabs.findIndex((each) => each.id === id);
    if (place < 0) return;
    const others = tabs.filter((each) => each.id !== id);
    // there is always a tab, as all of the window speaks of one
    const left = others.length ? others : [new Tab(emptyDocument())];
    batch(() => {
      if (this.active.value?.id === id) this.#active.value = (left[place] ?? left[place - 1] ?? left[0]).id;
      this.tabs.value = left;
      this.closed.value = [...this.closed.value, tabs[place]].slice(-MOST_CLOSED);
    });
  }

  /** Open the tab that was closed last. */
  reopen() {
    const tab = this.closed.value.at(-1);
    if (!tab) return;
    this.closed.value = this.closed.value.slice(0, -1);
    this.open(tab);
  }

  /** Put a tab at another place. @param {string} id @param {number} place */
  move(id, place) {
    const tabs = this.tabs.value;
    const tab = tabs.find((each) => each.id === id);
    if (!tab || tabs[place] === tab) return;
    const left = tabs.filter((each) => each !== tab);
    this.tabs.value = left.toSpliced(Math.max(0, Math.min(left.length, place)), 0, tab);
  }

  /** Show the next tab, or the one before. @param {1 | -1} step */
  step(step) {
    const tabs = this.tabs.value;
    const active = this.active.value;
    const place = active ? tabs.indexOf(active) : 0;
    this.#active.value = tabs.at((place + step) % tabs.length)?.id ?? "";
  }

  /** @param {string} name @returns {Tab | undefined} the tab that shows a saved workflow */
  named(name) {
    return this.tabs.value.find((each) => each.name.value === name);
  }
}
