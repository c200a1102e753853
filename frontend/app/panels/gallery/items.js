// @ts-check
/** Pictures of the gallery, a page at a time as they are looked at; far pages are forgotten again. */

import { effect, signal } from "@preact/signals-core";
import { pictureOf } from "../../state/picture-files.js";

/** @typedef {import("../../app.js").App} App */
/** @typedef {import("../../state/runs.js").Picture} Picture */
/** @typedef {Picture & { prompt?: string, hasWorkflow?: boolean }} Item */

const PAGE = 60;
const MOST_PAGES = 12;

export class GalleryItems {
  total = signal(/** @type {number | null} */ (null));
  isComplete = signal(true);
  /** Rises when a page has come. */
  version = signal(0);
  /** What is selected, by address, in the order of its selection. */
  chosen = signal(/** @type {ReadonlyMap<string, Picture>} */ (new Map()));
  /** @type {Map<number, Item[] | null>} null while it is asked for */
  #pages = new Map();
  #query = /** @type {Record<string, string | number>} */ ({});
  #asked = 0;
  /** When the first page is as it is now. */
  #reloaded = Promise.resolve();

  /** @param {App} app */
  constructor(app) {
    this.app = app;
  }

  get isSearched() {
    return Object.keys(this.#query).length > 0;
  }

  /** Keep up with what jobs save and what is deleted. @returns {() => void} stops it */
  follow() {
    return effect(() => {
      this.app.queue.ended.value;
      this.app.pictures.gone.value;
      this.reload();
    });
  }

  /** @param {Record<string, string | number>} query */
  search(query) {
    if (JSON.stringify(query) === JSON.stringify(this.#query)) return;
    this.#query = query;
    this.reload();
  }

  /** Ask anew; what is seen stays until the answer is there. */
  reload() {
    this.#asked += 1;
    this.#reloaded = this.#begin(this.#asked);
    return this.#reloaded;
  }

  /** @param {number} asked */
  async #begin(asked) {
    const page = await this.#ask(0, asked);
    if (!page) return;
    this.#pages = new Map([[0, page]]);
    this.version.value += 1;
  }

  /** @param {number} index @returns {Item | undefined} loads it when it is not there */
  picture(index) {
    const page = Math.floor(index / PAGE);
    const found = this.#pages.get(page);
    if (found === undefined && index >= 0 && index < (this.total.peek() ?? 0)) this.#load(page);
    return found?.[index % PAGE];
  }

  /** What the lightbox shows from a picture on. @param {number} index */
  given(index) {
    const picture = this.picture(index);
    return {
      pictures: Object.assign([], { [index]: picture }),
      index,
      total: this.total.peek() ?? 0,
      load: (/** @type {number} */ at) => this.get(at),
    };
  }

  /** @param {number} index @returns {Promise<Item | undefined>} */
  async get(index) {
    await this.#reloaded;
    const page = Math.floor(index / PAGE);
    if (!this.#pages.get(page)) await this.#load(page);
    return this.#pages.get(page)?.[index % PAGE];
  }

  /** @param {number} index */
  toggle(index) {
    const picture = this.picture(index);
    if (!picture) return;
    const chosen = new Map(this.chosen.peek());
    if (!chosen.delete(picture.address)) chosen.set(picture.address, picture);
    this.chosen.value = chosen;
  }

  clear() {
    this.chosen.value = new Map();
  }

  /** @param {number} page */
  async #load(page) {
    const asked = this.#asked;
    this.#pages.set(page, null);
    const found = await this.#ask(page, asked);
    if (asked !== this.#asked) return;
    if (found) this.#pages.set(page, found);
    else this.#pages.delete(page);
    for (const old of this.#pages.keys()) {
      if (this.#pages.size <= MOST_PAGES) break;
      if (old !== page) this.#pages.delete(old);
    }
    this.version.value += 1;
  }

  /** @param {number} page @param {number} asked @returns {Promise<Item[] | null>} null when another answer is wanted by then */
  async #ask(page, asked) {
    const query = { ...this.#query, limit: PAGE, offset: page * PAGE };
    try {
      const answer = await this.app.api.get("gallery", query);
      if (asked !== this.#asked) return null;
      this.total.value = answer.total;
      this.isComplete.value = answer.is_complete;
      return answer.items.map(itemOf);
    } catch {
      // the bar says when the server does not answer
      return null;
    }
  }
}

/** @param {any} found @returns {Item} */
const itemOf = (found) => ({
  ...pictureOf({ kind: "output", name: found.name }),
  width: found.width ?? undefined,
  height: found.height ?? undefined,
  prompt: found.prompt,
  hasWorkflow: found.has_workflow,
});
