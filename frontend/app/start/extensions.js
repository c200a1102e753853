// @ts-check
/**
 * Loads the modules of packs. One that fails is told by name and left out, one that takes long keeps
 * nobody waiting, and those of packs that were disabled are taken away again.
 */

import { effect } from "@preact/signals-core";
import { t } from "../i18n.js";
import { hear } from "../state/messages.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {{ pack: string, url: string }} Module */
/** @typedef {(url: string) => Promise<unknown>} Load */

/** Packs that take long to be read are asked for again. */
const AGAIN_MS = 5000;
const MOST_TRIES = 12;
/** A module that is not there by then is told of; it may still come. */
const PATIENCE_MS = 10_000;

/** @param {App} app @param {Load} [load] */
export async function start(app, load = (url) => import(url)) {
  const modules = new Modules(app, load);
  await modules.follow();
  let isLost = false;
  effect(() => {
    const connection = app.queue.connection.value;
    if (connection === "open" && isLost) modules.look();
    isLost = connection === "lost";
  });
  hear("packs_changed", () => modules.look());
  // what is told only while somebody hears it may have been missed
  document.addEventListener("visibilitychange", () => document.hidden || modules.look());
}

class Modules {
  /** @type {Map<string, string>} pack by address, of those that are there now */
  #there = new Map();
  /** How often each was loaded: a browser reads an address once. @type {Map<string, number>} */
  #times = new Map();

  /** @type {Promise<unknown>} */
  #last = Promise.resolve();
  /** @type {Promise<import("../additions.js").Additions> | null} what packs have added, once one has something */
  #additions = null;

  /** @param {App} app @param {Load} load */
  constructor(app, load) {
    this.app = app;
    this.load = load;
  }

  /** What packs use is loaded for the first of them; their widgets replace ours, which come before. */
  async #extending() {
    const [extend] = await Promise.all([import("../extend.js"), import("../widgets/all.js")]);
    followWidgets(this.app, extend);
    return extend.letExtend(this.app);
  }

  /** @param {string} url */
  async #takeAway(url) {
    (await this.#additions)?.takeAway(url);
  }

  /** Look until no pack is being read. */
  async follow() {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const { packs = [] } = (await this.#ask("packs")) ?? {};
      await this.look();
      if (!packs.some((/** @type {{ state: string }} */ { state }) => state === "reading")) return;
      await after(AGAIN_MS);
    }
  }

  /** Load what is new, take away what is gone. It is asked one time after the other, so that the last answer counts. */
  async look() {
    const seen = this.#last.then(() => this.#fresh());
    this.#last = seen.catch(() => {});
    try {
      await this.#loadAll(await seen);
    } catch (problem) {
      this.app.notices.problem(problem);
    }
  }

  /** Follow what there is; return the addresses of what is new. @returns {Promise<string[]>} */
  async #fresh() {
    const answer = await this.#ask("packs/modules");
    if (!answer) return [];
    const now = new Map(answer.modules.map((/** @type {Module} */ { pack, url }) => [url, pack]));
    for (const url of this.#there.keys()) if (!now.has(url)) this.#takeAway(url);
    const fresh = [...now.keys()].filter((url) => !this.#there.has(url));
    this.#there = now;
    return fresh;
  }

  /** @param {readonly string[]} fresh */
  async #loadAll(fresh) {
    if (fresh.length) this.#additions ??= this.#extending();
    await this.#additions;
    const failed = (await Promise.all(fresh.map((url) => this.#failureOf(url)))).filter(Boolean);
    if (failed.length) this.app.notices.tell(t("extensions.failed", { names: failed.join(", ") }), "bad");
  }

  /** @param {string} path @returns {Promise<any>} null when it is not known now */
  #ask(path) {
    return this.app.api.get(path).catch(() => null);
  }

  /** Load a module; return its name when it fails, or takes long. @param {string} url @returns {Promise<string>} */
  async #failureOf(url) {
    const times = this.#times.get(url) ?? 0;
    this.#times.set(url, times + 1);
    const name = `${this.#there.get(url)} (${decodeURIComponent(url.split("/web/").at(-1) ?? url)})`;
    const loaded = this.load(times ? `${url}?again=${times}` : url).then(
      () => "",
      (problem) => {
        console.error(problem);
        this.#takeAway(url);
        return name;
      },
    );
    return Promise.race([loaded, after(PATIENCE_MS).then(() => name)]);
  }
}

/** @param {number} milliseconds @returns {Promise<void>} */
const after = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Nodes that were drawn before a widget came, or went, are drawn again.
 * @param {App} app @param {typeof import("../extend.js")} extend
 */
function followWidgets(app, { widgetsVersion }) {
  let drawn = widgetsVersion.peek();
  let isWaiting = false;
  effect(() => {
    if (widgetsVersion.value === drawn || isWaiting) return;
    isWaiting = true;
    requestAnimationFrame(() => {
      isWaiting = false;
      drawn = widgetsVersion.peek();
      app.canvas?.surface.mounting.clear();
      app.canvas?.surface.invalidate("nodes");
    });
  });
}
