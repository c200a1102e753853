// @ts-check
/** One open document: its store, where one is in it, what is selected, how it stands to the server. */

import { batch, computed, signal } from "@preact/signals-core";
import { admitted } from "../model/admitting.js";
import { DocumentStore, graphAt } from "../model/document.js";
import { isSame } from "../model/same.js";
import { levelOf, passable } from "../model/schema.js";
import { Selection } from "./selection.js";

/** @typedef {import("../model/document.js").WorkflowDocument} WorkflowDocument */
/** @typedef {import("../geometry/camera.js").Camera} Camera */

let count = 0;

/** Return an id that nothing else has, in any window. */
export function freshId() {
  count += 1;
  const chance = Math.floor(Math.random() * 36 ** 4).toString(36);
  return `${Date.now().toString(36)}-${chance}-${count}`;
}

/** Where one looked last, by level. @extends {Map<string, Camera>} */
export class Cameras extends Map {
  /** Hears that one looks elsewhere. */
  onLook = () => {};

  /** @param {string} level @param {Camera} camera */
  set(level, camera) {
    super.set(level, camera);
    this.onLook?.();
    return this;
  }
}

export class Tab {
  selection = new Selection();
  /** The document's version, for what is drawn of it. */
  version = signal(0);
  /** Ids of the subgraph instances that were entered, outermost first. */
  way = signal(/** @type {readonly string[]} */ ([]));
  cameras = new Cameras();
  /** The document as it was saved or opened last. */
  saved = signal(/** @type {WorkflowDocument | null} */ (null));
  /** "graph" or "form". */
  face = signal(/** @type {"graph" | "form"} */ ("graph"));

  /**
   * @param {WorkflowDocument} document
   * @param {{ id?: string, name?: string | null, revision?: number | null, spoken?: string | null, history?: import("../model/history.js").History, saved?: WorkflowDocument | null }} [about]
   *   name: of the workflow on the server, null for one that was never saved; revision: the one it is based on;
   *   spoken: the language of a bundled workflow's copy
   */
  constructor(
    document,
    { id = freshId(), name = null, revision = null, spoken = null, history, saved = document } = {},
  ) {
    this.id = id;
    this.store = new DocumentStore(admitted(document), history);
    this.name = signal(name);
    this.revision = signal(revision);
    this.spoken = spoken;
    this.saved.value = saved === document ? this.store.document : saved && admitted(saved);
    this.isChanged = computed(
      () => this.version.value >= 0 && !isSame(this.saved.value, this.store.document),
    );
    this.title = computed(() => {
      this.version.value;
      return this.store.document.title || this.name.value || "";
    });
    this.store.watch((document) =>
      batch(() => {
        // an instance that was entered may be gone
        this.way.value = passable(document, this.way.peek());
        this.version.value = this.store.version;
        this.selection.keepTo(this.graph);
      }),
    );
  }

  /** The level that is shown: "" or a definition's id. */
  get level() {
    return levelOf(this.store.document, this.way.value);
  }

  /** What its runs are known by. @returns {string} */
  get identity() {
    return this.identities[0];
  }

  /** What its runs have been known by, the present one first. @returns {readonly string[]} */
  get identities() {
    const { id } = this.store.document;
    const name = this.name.value;
    return [...(name ? [`name:${name}`] : []), ...(id ? [`id:${id}`] : []), `tab:${this.id}`];
  }

  get graph() {
    return graphAt(this.store.document, this.level);
  }
}
