// @ts-check
/**
 * What two versions of a document differ in, as a person would say it: nodes added and removed, values
 * and links changed. Where things lie is told last, as it changes nothing that is made.
 */

import { graphAt } from "./document.js";
import { isSame } from "./same.js";

/** @typedef {import("./document.js").WorkflowDocument} WorkflowDocument */
/** @typedef {import("./document.js").Graph} Graph */
/** @typedef {import("./document.js").Node} Node */
/** @typedef {"added" | "removed" | "changed" | "moved"} Kind  what it is drawn as */
/**
 * @typedef {{ kind: Kind, what: string, level: string, node: string, name: string, given: Record<string, string> }} Change
 *   what: `difference.WHAT` of the locale, which says `given`; node: id in the level, "" for the document;
 *   name: what people call the node or the thing
 */

const KINDS = /** @type {const} */ (["added", "removed", "changed", "moved"]);

/**
 * @param {WorkflowDocument} before @param {WorkflowDocument} after
 * @param {(node: Node) => string} [titleOf]  what a node without a title is called
 * @returns {Change[]}
 */
export function differenceOf(before, after, titleOf = (node) => node.type) {
  const levels = new Set(["", ...Object.keys(before.subgraphs ?? {}), ...Object.keys(after.subgraphs ?? {})]);
  const changes = [...levels].flatMap((level) => levelChanges(before, after, level, titleOf));
  return changes.sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind));
}

/**
 * @param {WorkflowDocument} before @param {WorkflowDocument} after @param {string} level
 * @param {(node: Node) => string} titleOf @returns {Change[]}
 */
function levelChanges(before, after, level, titleOf) {
  const [was, is] = [levelAt(before, level), levelAt(after, level)];
  if (was === is) return [];
  const name = (is ?? was)?.title || level;
  if (!was) return [changeOf("added", "subgraph-added", level, "", name)];
  if (!is) return [changeOf("removed", "subgraph-removed", level, "", name)];
  const ids = new Set([...Object.keys(was.nodes ?? {}), ...Object.keys(is.nodes ?? {})]);
  const about = { was, is, level, titleOf };
  return [...[...ids].flatMap((id) => nodeChanges(about, id)), ...wholeChanges(was, is, level)];
}

/** @param {WorkflowDocument} document @param {string} level @returns {Graph | undefined} */
const levelAt = (document, level) => (level ? document.subgraphs?.[level] : graphAt(document, ""));

/**
 * @typedef {{ was: Graph, is: Graph, level: string, titleOf: (node: Node) => string }} About
 */

/** @param {About} about @param {string} id @returns {Change[]} */
function nodeChanges({ was, is, level, titleOf }, id) {
  const [old, now] = [was.nodes?.[id], is.nodes?.[id]];
  if (old === now) return [];
  const node = /** @type {Node} */ (now ?? old);
  const name = node.title || titleOf(node);
  const tell = (
    /** @type {Kind} */ kind,
    /** @type {string} */ what,
    /** @type {Record<string, string>} */ given = {},
  ) => changeOf(kind, what, level, id, name, given);
  if (!old) return [tell("added", "node-added")];
  if (!now) return [tell("removed", "node-removed")];
  if (old.type !== now.type) return [tell("changed", "node-type", { before: old.type, after: now.type })];
  const nameOf = (/** @type {Graph} */ graph, /** @type {string} */ from) =>
    graph.nodes[from]?.title || (graph.nodes[from] ? titleOf(graph.nodes[from]) : from);
  return [
    ...valueChanges(old, now).map((given) => tell("changed", given.what, given)),
    ...linkChanges(
      old,
      now,
      (from) => nameOf(was, from),
      (from) => nameOf(is, from),
    ).map((given) => tell("changed", given.what, given)),
    ...fieldChanges(old, now).map((given) => tell("changed", given.what, given)),
    ...(isSame(old.place, now.place) ? [] : [tell("moved", isResized(old, now) ? "resized" : "moved")]),
  ];
}

/** @param {Node} old @param {Node} now */
const isResized = (old, now) => isSame(old.place?.slice(0, 2), now.place?.slice(0, 2));

/** @param {Node} old @param {Node} now */
function valueChanges(old, now) {
  return changedKeys(old.values, now.values).map((input) => ({
    what: "value",
    input,
    before: worded(old.values?.[input]),
    after: worded(now.values?.[input]),
  }));
}

/**
 * @param {Node} old @param {Node} now @param {(id: string) => string} oldName @param {(id: string) => string} newName
 */
function linkChanges(old, now, oldName, newName) {
  const isMoved = (/** @type {string} */ input) => {
    const [a, b] = [old.links?.[input], now.links?.[input]];
    return a?.[0] !== b?.[0] || a?.[1] !== b?.[1];
  };
  return changedKeys(old.links, now.links)
    .filter(isMoved)
    .map((input) => {
      const [from, to] = [old.links?.[input], now.links?.[input]];
      const what = !from ? "linked" : !to ? "unlinked" : "relinked";
      return { what, input, before: from ? oldName(from[0]) : "", after: to ? newName(to[0]) : "" };
    });
}

const USUAL = /** @type {Record<string, unknown>} */ ({ mode: "run", version: 1, title: "" });
const FIELDS = /** @type {Record<string, string>} */ ({
  mode: "mode",
  title: "title-of",
  controls: "controls",
  version: "version",
});
const TOLD = new Set(["type", "values", "links", "place", "foreign"]);

/** @param {Node} old @param {Node} now */
function fieldChanges(old, now) {
  const fields = changedKeys(old, now).filter((each) => !TOLD.has(each));
  return fields.map((field) => {
    const [before, after] = [old[field] ?? USUAL[field], now[field] ?? USUAL[field]];
    const what = FIELDS[field] ?? "look";
    return { what, field, before: worded(before), after: worded(after) };
  });
}

const PARTS = ["title", "description", "inputs", "outputs", "frames"];

/** @param {Graph} was @param {Graph} is @param {string} level @returns {Change[]} */
function wholeChanges(was, is, level) {
  return PARTS.filter((part) => !isSame(was[part] ?? EMPTY[part], is[part] ?? EMPTY[part])).map((part) => {
    const isText = part === "title" || part === "description";
    /** @type {Record<string, string>} */
    const given = isText ? { before: worded(was[part]), after: worded(is[part]) } : {};
    return changeOf(part === "frames" ? "moved" : "changed", `whole-${part}`, level, "", "", given);
  });
}

const EMPTY = /** @type {Record<string, unknown>} */ ({
  title: "",
  description: "",
  inputs: [],
  outputs: [],
  frames: [],
});

/**
 * @param {Record<string, unknown>} [a] @param {Record<string, unknown>} [b] @returns {string[]}
 */
const changedKeys = (a = {}, b = {}) =>
  [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((key) => !isSame(a[key], b[key]));

/** Longer values are cut. */
const MOST = 80;

/** @param {unknown} value */
function worded(value) {
  if (value === undefined || value === "") return "–";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > MOST ? `${text.slice(0, MOST - 1)}…` : text;
}

/**
 * @param {Kind} kind @param {string} what @param {string} level @param {string} node @param {string} name
 * @param {Record<string, string>} [given] @returns {Change}
 */
const changeOf = (kind, what, level, node, name, given = {}) => ({ kind, what, level, node, name, given });
