// @ts-check
/** Finds nodes of a document, on every level, by title, type, id or value. */

import { match } from "./fuzzy.js";
import { SUBGRAPH, specOf } from "./schema.js";

/** @typedef {import("./document.js").WorkflowDocument} WorkflowDocument */
/** @typedef {import("./document.js").Graph} Graph */
/** @typedef {import("./document.js").Node} Node */
/** @typedef {{ path: string, title: string, places: readonly number[], hint: string, score: number }} FoundNode  path: ids from the top, with colons */

const VALUE = 40;
const DEEPEST = 8;
const HINT = 48;

/**
 * @param {WorkflowDocument} document @param {import("./schema.js").Schema} schema @param {string} query
 * @returns {FoundNode[]} best first
 */
export function findNodes(document, schema, query) {
  const wanted = query.trim();
  if (!wanted) return [];
  return everyNode(document, document, "", 0)
    .flatMap(({ path, node }) => found(path, node, specOf(schema, document, node), wanted) ?? [])
    .sort((a, b) => b.score - a.score);
}

/**
 * @param {WorkflowDocument} document @param {Graph} graph @param {string} before @param {number} depth
 * @returns {{ path: string, node: Node }[]}
 */
function everyNode(document, graph, before, depth) {
  return Object.entries(graph.nodes).flatMap(([id, node]) => {
    const path = before + id;
    const definition = document.subgraphs?.[node.type.replace(SUBGRAPH, "")];
    const inside =
      node.type.startsWith(SUBGRAPH) && definition && depth < DEEPEST
        ? everyNode(document, definition, `${path}:`, depth + 1)
        : [];
    return [{ path, node }, ...inside];
  });
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
