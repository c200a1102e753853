// @ts-check
/** Nodes as text, for the clipboard: with the links among them, their dots, frames and definitions. */

import { admittedClip } from "./admitting.js";
import { graphAt } from "./document.js";
import { SUBGRAPH } from "./schema.js";

/** @typedef {import("./document.js").WorkflowDocument} WorkflowDocument */
/** @typedef {import("./document.js").Graph} Graph */
/** @typedef {import("./document.js").Node} Node */
/** @typedef {import("./document.js").Frame} Frame */
/** @typedef {import("../geometry/drawing.js").Note} Note */
/** @typedef {{ place: number[], after?: string, [unknown: string]: unknown }} Dot */
/**
 * @typedef {{
 *   sfumato: "nodes", version: 1, nodes: Record<string, Node>, frames?: Frame[], notes?: Note[], dots?: Record<string, Dot>,
 *   routes?: Record<string, Record<string, string>>, subgraphs?: Record<string, Graph>,
 *   sources?: Record<string, string>,
 * }} Clip  sources: types of the nodes outside that links come from
 */
/** @typedef {{ nodes: ReadonlySet<string>, frames?: ReadonlySet<number>, notes?: ReadonlySet<string> }} Chosen */

/**
 * Return what is chosen of a level, or null when that is nothing.
 * @param {WorkflowDocument} document @param {string} level @param {Chosen} chosen @returns {Clip | null}
 */
export function copied(document, level, { nodes, frames = new Set(), notes = new Set() }) {
  const graph = graphAt(document, level);
  const picked = Object.entries(graph.nodes).filter(([id]) => nodes.has(id));
  const areas = (graph.frames ?? []).filter((_, index) => frames.has(index));
  const texts = /** @type {Note[]} */ (graph.view?.notes ?? []).filter(({ id }) => notes.has(id));
  if (!picked.length && !areas.length && !texts.length) return null;
  /** @type {Clip} */
  const clip = { sfumato: "nodes", version: 1, nodes: Object.fromEntries(picked) };
  if (areas.length) clip.frames = areas;
  if (texts.length) clip.notes = texts;
  const subgraphs = definitionsOf(document, picked);
  if (Object.keys(subgraphs).length) clip.subgraphs = subgraphs;
  const sources = sourcesOf(graph, picked, nodes);
  if (Object.keys(sources).length) clip.sources = sources;
  return { ...clip, ...routesOf(graph, picked, nodes) };
}

/** @param {Graph} graph @param {[string, Node][]} picked @param {ReadonlySet<string>} ids */
function sourcesOf(graph, picked, ids) {
  /** @type {Record<string, string>} */
  const sources = {};
  for (const [, node] of picked) {
    for (const [from] of Object.values(node.links ?? {}))
      if (!ids.has(from) && graph.nodes[from]) sources[from] = graph.nodes[from].type;
  }
  return sources;
}

/** @param {WorkflowDocument} document @param {[string, Node][]} picked @returns {Record<string, Graph>} */
function definitionsOf(document, picked) {
  /** @type {Record<string, Graph>} */
  const found = {};
  const waiting = picked.map(([, node]) => node);
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    const id = node.type.startsWith(SUBGRAPH) ? node.type.slice(SUBGRAPH.length) : "";
    const definition = document.subgraphs?.[id];
    if (!definition || found[id]) continue;
    found[id] = definition;
    waiting.push(...Object.values(definition.nodes));
  }
  return found;
}

/**
 * Return the ways through reroute dots of links that are copied whole.
 * @param {Graph} graph @param {[string, Node][]} picked @param {ReadonlySet<string>} ids
 */
function routesOf(graph, picked, ids) {
  /** @type {Record<string, Dot>} */
  const dots = {};
  /** @type {Record<string, Record<string, string>>} */
  const routes = {};
  for (const [id, node] of picked) {
    for (const [input, last] of Object.entries(graph.view?.routes?.[id] ?? {})) {
      if (!ids.has(node.links?.[input]?.[0] ?? "")) continue;
      routes[id] = { ...routes[id], [input]: String(last) };
      for (let dot = String(last); dot && graph.view?.dots?.[dot] && !dots[dot]; dot = dots[dot].after ?? "")
        dots[dot] = graph.view.dots[dot];
    }
  }
  return Object.keys(routes).length ? { dots, routes } : {};
}

/** @param {Clip} clip @returns {string} */
export const written = (clip) => JSON.stringify(clip);

/**
 * Return what a text of the clipboard holds: nodes of ours, other JSON that may be a workflow, or null.
 * @param {string} text @returns {{ clip: Clip } | { foreign: string } | null}
 */
export function read(text) {
  if (!/^\s*\{/.test(text)) return null;
  try {
    const value = JSON.parse(text);
    if (value?.sfumato === "nodes" && isObject(value.nodes)) return { clip: admittedClip(value) };
    return isWorkflow(value) ? { foreign: text } : null;
  } catch {
    return null;
  }
}

/** @param {unknown} value */
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** A document of ours, a graph of ComfyUI's editor, or a prompt for its server. @param {any} value */
const isWorkflow = (value) =>
  isObject(value) &&
  (value.nodes !== undefined ||
    value.prompt !== undefined ||
    Object.values(value).some((/** @type {any} */ each) => typeof each?.class_type === "string"));

/**
 * Return a whole document as what can be pasted. @param {WorkflowDocument} document @returns {Clip}
 */
export const clipOf = (document) =>
  copied(document, "", {
    nodes: new Set(Object.keys(document.nodes)),
    frames: new Set((document.frames ?? []).keys()),
    notes: new Set((document.view?.notes ?? []).map((/** @type {Note} */ each) => each.id)),
  }) ?? { sfumato: "nodes", version: 1, nodes: {} };
