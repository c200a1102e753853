// @ts-check
/** Finds nodes of a document, on every level, by title, type, id or value. */

import { graphAt } from "./document.js";
import { match } from "./fuzzy.js";
import { specOf } from "./schema.js";
import { enterable } from "./subgraphs.js";

/** @typedef {import("./document.js").WorkflowDocument} WorkflowDocument */
/** @typedef {import("./document.js").Node} Node */
/** @typedef {{ path: string, title: string, places: readonly number[], hint: string, score: number }} FoundNode  path: ids from the top, with colons */

const VALUE = 40;
const DEEPEST = 8;
/** Instances of instances multiply. */
const MOST = 20_000;
const HINT = 48;

/**
 * @param {WorkflowDocument} document @param {import("./schema.js").Schema} schema @param {string} query
 * @returns {FoundNode[]} best first
 */
export function findNodes(document, schema, query) {
  const wanted = query.trim();
  if (!wanted) return [];
  return everyNode(document)
    .flatMap(({ path, node }) => found(path, node, specOf(schema, document, node), wanted) ?? [])
    .sort((a, b) => b.score - a.score);
}

/**
 * Return every node that can be reached, outer ones first; a subgraph that holds itself is entered once.
 * @param {WorkflowDocument} document @returns {{ path: string, node: Node }[]}
 */
function everyNode(document) {
  /** @type {{ path: string, node: Node }[]} */
  const found = [];
  const waiting = [{ level: "", prefix: "", around: /** @type {readonly string[]} */ ([]) }];
  for (const { level, prefix, around } of waiting) {
    for (const [id, node] of Object.entries(graphAt(document, level).nodes)) {
      if (found.length === MOST) return found;
      found.push({ path: prefix + id, node });
      const into = enterable(document, node);
      if (into && !around.includes(into) && around.length < DEEPEST)
        waiting.push({ level: into, prefix: `${prefix}${id}:`, around: [...around, into] });
    }
  }
  return found;
}

/**
 * @param {string} path @param {Node} node @param {import("./schema.js").NodeSpec} spec @param {string} query
 * @returns {FoundNode | null}
 */
function found(path, node, spec, query) {
  const title = node.title || spec.title;
  const byTitle = match(query, title);
  const byType = Math.max(match(query, node.type).score, match(query, spec.title, { isLoose: false }).score);
  const value = valueWith(node, query);
  const score = Math.max(byTitle.score, byType * 0.9, value ? VALUE : 0, path === query ? 100 : 0);
  if (!score) return null;
  const hint = value && score === VALUE ? value : `${title === spec.title ? "" : `${spec.title} · `}${path}`;
  return { path, title, places: byTitle.places, hint, score };
}

/** @param {Node} node @param {string} query @returns {string} the value that has it, with what it is called */
function valueWith(node, query) {
  for (const [name, value] of Object.entries(node.values ?? {})) {
    const text = String(value);
    const at = text.toLowerCase().indexOf(query.toLowerCase());
    if (at < 0) continue;
    const from = Math.max(0, at - HINT / 3);
    return `${name}: ${from ? "…" : ""}${text.slice(from, from + HINT)}`;
  }
  return "";
}
