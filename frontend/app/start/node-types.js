// @ts-check
/** What node types there are: those that a document uses come with it, all of them when somebody is there. */

import { language } from "../i18n.js";
import { schemaOf, typesIn } from "../model/schema.js";
import { named } from "../node-words.js";
import { hear } from "../state/messages.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../model/schema.js").NodeSpec} NodeSpec */
/** @typedef {{ packs: "ready" | "loading" | "late", nodes: readonly NodeSpec[] }} Answer */

/** Those of packs may come later, and are asked for again until then. */
const AGAIN_MS = 3000;
const MOST_TRIES = 20;
/** Names that are longer together are no address: all types are asked for instead. */
const LONGEST = 4000;

/** @param {App} app @param {() => Promise<unknown>} open  opens documents @returns {Promise<void>} their types are there */
export async function start(app, open) {
  hear("packs_changed", () => app.types.askAnew());
  app.graph.areHandsWanted.subscribe((areWanted) => {
    if (areWanted) app.types.all();
  });
  language.subscribe(() => app.types.rename());
  await open();
  await app.types.of(app.tab.store.document);
}

export class NodeTypes {
  schema;
  #api;
  /** Asked for by name. @type {Set<string>} */
  #named = new Set();
  /** Of which it is known whether anybody describes them. @type {Set<string>} */
  #decided = new Set();
  /** @type {Promise<unknown>} */
  #asking = Promise.resolve();
  /** @type {Promise<unknown> | null} */
  #all = null;
  #areAllThere = false;
  /** What is there, as the server has written it. */
  #there = {
    nodes: /** @type {readonly NodeSpec[]} */ ([]),
    asked: /** @type {Set<string> | undefined} */ (new Set()),
  };

  /** @param {Pick<App, "api" | "schema">} app */
  constructor({ api, schema }) {
    this.#api = api;
    this.schema = schema;
  }

  /** Have all. @returns {Promise<unknown>} fulfilled without them when nobody answers */
  all() {
    this.#all ??= this.#ask(null).catch(() => {});
    return this.#all;
  }

  /** Have those that a document uses. @param {import("../model/document.js").WorkflowDocument} document */
  of(document) {
    const fresh = [...typesIn(document)].filter((each) => !this.#named.has(each));
    if (this.#all || addressOf(fresh).length > LONGEST) return this.all();
    for (const each of fresh) this.#named.add(each);
    if (fresh.length) this.#asking = Promise.all([this.#asking, this.#ask(fresh)]);
    return this.#asking;
  }

  /** What there is has changed. */
  askAnew() {
    const names = this.#all ? null : [...this.#named];
    if (!names?.length && !this.#all) return;
    this.#ask(names).catch(() => {});
  }

  /** @param {readonly string[] | null} names  null: all @param {number} [tries] */
  async #ask(names, tries = MOST_TRIES) {
    let isDone = false;
    try {
      const answer = /** @type {Answer} */ (await this.#api.get(addressOf(names)));
      isDone = answer.packs === "ready";
      const isFinal = answer.packs !== "loading" || tries === 1;
      if (!names) this.#takeAll(answer.nodes, isFinal);
      else if (!this.#areAllThere) this.#take(names, answer.nodes, isFinal);
    } finally {
      if (!isDone && tries > 1) this.#askLater(names, tries - 1);
    }
  }

  /** @param {readonly string[] | null} names @param {number} tries */
  #askLater(names, tries) {
    setTimeout(() => {
      if (!names || !this.#all) this.#ask(names, tries).catch(() => {});
    }, AGAIN_MS);
  }

  /** @param {readonly NodeSpec[]} nodes @param {boolean} isFinal */
  #takeAll(nodes, isFinal) {
    this.#areAllThere = true;
    this.#show(nodes, isFinal ? undefined : new Set());
  }

  /** @param {readonly string[]} names @param {readonly NodeSpec[]} nodes @param {boolean} isFinal */
  #take(names, nodes, isFinal) {
    const others = this.#there.nodes.filter((each) => !names.includes(each.id));
    if (isFinal) for (const each of names) this.#decided.add(each);
    this.#show([...others, ...nodes], new Set(this.#decided));
  }

  /** @param {readonly NodeSpec[]} nodes @param {Set<string>} [asked] */
  #show(nodes, asked) {
    this.#there = { nodes, asked };
    this.rename();
  }

  /** Call what is there as the language does. */
  rename() {
    const { nodes, asked } = this.#there;
    this.schema.value = schemaOf(nodes.map(named), asked);
  }
}

/** @param {readonly string[] | null} names */
const addressOf = (names) =>
  names ? `nodes?${new URLSearchParams(names.map((each) => ["types", each]))}` : "nodes";
