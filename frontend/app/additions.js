// @ts-check
/**
 * What modules of packs have added, by module: it goes with its pack, and what fails in it is told by the
 * pack's name and harms nothing else.
 */

import { entryOf } from "./model/maps.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {(problem: { pack: string, what: string, message: string }) => string} Words  for people */

/** The path of a module of a pack, wherever the server lies. */
const MODULE = /\/packs\/([^/\s]+)\/web\/[^\s:?#)]+/;

/** @param {string} text @returns {string} "" where no module is named */
const moduleIn = (text) => MODULE.exec(text)?.[0] ?? "";

export class Additions {
  /** @type {Map<string, Set<() => void>>} what takes additions away, by the module's path */
  #removers = new Map();

  /** @param {App["notices"]} notices @param {Words} words */
  constructor(notices, words) {
    this.notices = notices;
    this.words = words;
  }

  /** Return the module that adds something: modules are read in any order, so the stack alone says which. */
  caller() {
    const module = moduleIn(new Error().stack ?? "");
    return new Caller(
      this,
      module,
      entryOf(this.#removers, module, () => new Set()),
    );
  }

  /** Take all away that a module has added. @param {string} url */
  takeAway(url) {
    for (const each of this.#removers.get(moduleIn(url)) ?? []) each();
  }
}

class Caller {
  /** Failures that were told. */
  #told = new Set();

  /** @param {Additions} additions @param {string} module @param {Set<() => void>} removers */
  constructor(additions, module, removers) {
    this.additions = additions;
    this.pack = decodeURIComponent(MODULE.exec(module)?.[1] ?? "");
    this.removers = removers;
  }

  /** Keep what takes an addition away. @param {() => void} remove @returns {() => void} takes it away, once */
  keep(remove) {
    const once = () => {
      if (this.removers.delete(once)) remove();
    };
    this.removers.add(once);
    return once;
  }

  /**
   * Return a function that never throws.
   * @template {any[]} Given
   * @template Outcome
   * @param {string} what  it is, for people @param {(...given: Given) => Outcome} act
   * @returns {(...given: Given) => Outcome | undefined}
   */
  guarded(what, act) {
    const fail = (/** @type {unknown} */ problem) => this.#tell(what, problem);
    return (...given) => {
      try {
        const outcome = act(...given);
        if (outcome instanceof Promise) return /** @type {Outcome} */ (outcome.catch(fail));
        return outcome;
      } catch (problem) {
        return fail(problem);
      }
    };
  }

  /** Once is enough: it may fail with every message. @param {string} what @param {unknown} problem @returns {undefined} */
  #tell(what, problem) {
    console.error(problem);
    const message = problem instanceof Error ? problem.message : String(problem);
    const text = this.additions.words({ pack: this.pack, what, message });
    if (this.#told.has(text)) return;
    this.#told.add(text);
    this.additions.notices.tell(text, "bad");
  }
}
