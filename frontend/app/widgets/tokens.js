// @ts-check
/** How many tokens a prompt has for the text encoder that will read it. Asked for when one looks at it. */

import { t } from "../i18n.js";
import { inputsOf, shownValue, specOf } from "../model/schema.js";
import { made } from "../ui/made.js";

/** @typedef {import("./registry.js").Control} Control */
/** @typedef {import("../app.js").App} App */

const PAUSE_MS = 350;
/** Nodes that are asked for a checkpoint, so that no graph takes long. */
const MOST_NODES = 200;

/** @param {App} app @param {string} id */
function partsOf(app, id) {
  const { graph, store } = app.tab;
  const node = graph.nodes[id];
  return node ? { node, spec: specOf(app.schema.peek(), store.document, node) } : null;
}

/** Say whether a text is read by a text encoder: it stands beside a CLIP and becomes a conditioning. @param {Control} control */
export function countsTokens({ app, nodeId }) {
  const spec = partsOf(app, nodeId)?.spec;
  if (!spec?.outputs?.some((each) => each.type === "CONDITIONING")) return false;
  return Boolean(spec.inputs?.some((each) => each.type === "CLIP"));
}

/**
 * Return the checkpoint that a node's CLIP comes from, over nodes that change it; null when none is found.
 * @param {App} app @param {string} nodeId @returns {string | null}
 */
export function checkpointOf(app, nodeId) {
  const seen = new Set([nodeId]);
  const waiting = [nodeId];
  for (let id = waiting.pop(); id !== undefined && seen.size < MOST_NODES; id = waiting.pop()) {
    const parts = partsOf(app, id);
    if (!parts) continue;
    const inputs = inputsOf(parts.spec, parts.node);
    const file = inputs.find(
      (each) => each.widget?.folder === "checkpoints" && !parts.node.links?.[each.name],
    );
    if (file) return String(shownValue(parts.node, file) ?? "") || null;
    for (const each of inputs) {
      const from = each.type === "CLIP" ? parts.node.links?.[each.name]?.[0] : undefined;
      if (from === undefined || seen.has(from)) continue;
      seen.add(from);
      waiting.push(from);
    }
  }
  return null;
}

export class TokenCount {
  #timer = 0;
  /** What was asked for last. */
  #asked = "";

  /** @param {HTMLElement} host @param {Control} control */
  constructor(host, control) {
    this.host = host;
    this.control = control;
    /** @type {HTMLElement | null} */
    this.element = null;
  }

  /** The text may be another now; what is not shown yet is not asked for. */
  follow() {
    if (this.element) this.ask();
  }

  /** Ask, once nothing has been typed for a moment. */
  ask() {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#count(), PAUSE_MS);
  }

  destroy() {
    clearTimeout(this.#timer);
  }

  async #count() {
    const { app, nodeId, get } = this.control;
    const text = String(get() ?? "");
    const checkpoint = checkpointOf(app, nodeId);
    const asked = JSON.stringify([checkpoint, text]);
    if (asked === this.#asked) return;
    this.#asked = asked;
    if (!checkpoint || !text) {
      this.#show(null);
      return;
    }
    try {
      const answer = await app.api.post("tokenise", { text, checkpoint });
      if (asked === this.#asked) this.#show(answer);
    } catch {
      // it says nothing then; running says what is wrong with the model
      if (asked === this.#asked) this.#show(null);
    }
  }

  /** @param {{ chunk_length: number, chunks: unknown[][] } | null} answer */
  #show(answer) {
    this.element ??= made("span", "token-count", this.host);
    this.element.hidden = !answer;
    if (!answer) return;
    const count = answer.chunks.reduce((sum, each) => sum + each.length, 0);
    const most = answer.chunk_length * Math.max(1, answer.chunks.length);
    this.element.textContent = `${count}/${most}`;
    const given = { count, chunks: answer.chunks.length, length: answer.chunk_length };
    this.element.title = t("widget.tokens", given);
  }
}
