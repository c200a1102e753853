// @ts-check
/** How nodes of the shown tab stand: one signal a node, so that progress walks no graph. */

import { signal } from "@preact/signals-core";
import { entryOf } from "../model/maps.js";

/** @typedef {import("../api/client.js").Problem} Problem */
/** @typedef {{ address: string, small?: string, name: string, width?: number, height?: number, file?: { kind: string, name: string } }} Picture  small: address of a form of it that fits a node */
/**
 * @typedef {{
 *   state: "" | "running" | "done" | "cached" | "bad", step: number, steps: number, badge: string,
 *   details: string, preview: Picture | null, pictures: readonly Picture[], texts: readonly string[],
 *   problems: readonly Problem[], checks: readonly Problem[],
 * }} NodeRun
 *   problems: of the last run; checks: what the server says of the document as it is now
 */

/** @type {NodeRun} */
export const UNTOUCHED = {
  state: "",
  step: 0,
  steps: 0,
  badge: "",
  details: "",
  preview: null,
  pictures: [],
  texts: [],
  problems: [],
  checks: [],
};

const REVOKE_MS = 2000;

/** What does not outlive the beginning of another run. @type {Partial<NodeRun>} */
const FRESH = { state: "", step: 0, steps: 0, badge: "", details: "", preview: null, problems: [] };

/** What a node lacks is no mistake while it is being linked. @param {Problem} problem */
export const isWrong = (problem) => problem.type !== "missing_input" && problem.type !== "no_outputs";

/** Say whether a node is to be seen as bad from far away. @param {NodeRun} run */
export const isBad = (run) => run.state === "bad" || run.problems.length > 0 || run.checks.some(isWrong);

export class Runs {
  /** @type {Map<string, import("@preact/signals-core").Signal<NodeRun>>} by tab and path of the node */
  #nodes = new Map();
  /** @type {Set<(key: string, run: NodeRun) => void>} */
  #watchers = new Set();

  /** @param {() => string} prefix  what stands before ids of the level that is shown */
  constructor(prefix) {
    this.prefix = prefix;
  }

  /** @param {string} nodeId  of the level that is shown @returns {NodeRun} */
  of(nodeId) {
    return this.#signal(this.prefix() + nodeId).value;
  }

  /** @param {string} key  tab id, "/" and the colon path of a node @returns {NodeRun} */
  ofKey(key) {
    return this.#signal(key).value;
  }

  /** @param {string} nodeId @returns {NodeRun} without being told of changes */
  peek(nodeId) {
    return this.at(this.prefix() + nodeId);
  }

  /** @param {string} key  tab id, "/" and the colon path of a node @returns {NodeRun} */
  at(key) {
    return this.#nodes.get(key)?.peek() ?? UNTOUCHED;
  }

  /** @param {string} key @param {Partial<NodeRun>} news */
  tell(key, news) {
    const now = this.#signal(key);
    const { preview } = now.peek();
    now.value = { ...now.peek(), ...news };
    if (preview !== now.peek().preview) giveBack(preview);
    for (const watcher of this.#watchers) watcher(key, now.peek());
  }

  /** @param {string} tabId @returns {[string, NodeRun][]} what is known of a tab's nodes, by key */
  inTab(tabId) {
    return [...this.#nodes].flatMap(([key, node]) =>
      key.startsWith(`${tabId}/`) ? [[key, node.peek()]] : [],
    );
  }

  /**
   * Another run begins: how the last one went is forgotten, what it showed stays until there is new.
   * @param {string} tabId @returns {string[]} keys of nodes that had a result
   */
  begin(tabId) {
    const known = this.inTab(tabId).filter(([, run]) => isTouched(run));
    const done = known.filter(([, run]) => hasResult(run)).map(([key]) => key);
    for (const [key] of known) this.tell(key, FRESH);
    return done;
  }

  /** Forget a tab. @param {string} tabId */
  drop(tabId) {
    for (const [key, node] of this.#nodes) {
      if (!key.startsWith(`${tabId}/`)) continue;
      giveBack(node.peek().preview);
      this.#nodes.delete(key);
    }
  }

  /** @param {(key: string, run: NodeRun) => void} watcher @returns {() => void} */
  watch(watcher) {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** @param {string} key */
  #signal(key) {
    return entryOf(this.#nodes, key, () => signal(UNTOUCHED));
  }
}

/** An address of a preview is given back when the next one has been drawn for sure. @param {Picture | null} preview */
function giveBack(preview) {
  if (preview) setTimeout(() => URL.revokeObjectURL(preview.address), REVOKE_MS);
}

/** @param {NodeRun} run */
const isTouched = (run) =>
  run.state !== "" || run.badge !== "" || run.preview !== null || run.problems.length > 0;

/** @param {NodeRun} run */
const hasResult = (run) => run.state === "done" || run.state === "cached";
