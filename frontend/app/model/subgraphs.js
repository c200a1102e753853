// @ts-check
/** Questions about subgraphs: which there are, who uses them, where one may be put. */

import { graphAt } from "./document.js";
import { SUBGRAPH, subgraphSpec } from "./schema.js";

/** @typedef {import("./document.js").Node} Node */
/** @typedef {import("./document.js").WorkflowDocument} WorkflowDocument */
/** @typedef {import("./schema.js").NodeSpec} NodeSpec */
/** @typedef {import("./schema.js").Schema} Schema */

/** The rails of a subgraph, what comes in and what goes out, as ComfyUI numbers them. */
export const INLETS = "-10";
export const OUTLETS = "-20";

/** @param {string} id  of a node or a rail */
export const isRail = (id) => id === INLETS || id === OUTLETS;

/** Return the id of the definition that a node is an instance of, or "". @param {Pick<Node, "type">} [node] */
export const definitionOf = (node) =>
  node?.type.startsWith(SUBGRAPH) ? node.type.slice(SUBGRAPH.length) : "";

/** Return the definition that a node can be entered into, or "". @param {WorkflowDocument} document @param {Node} [node] */
export function enterable(document, node) {
  const id = definitionOf(node);
  return document.subgraphs?.[id] ? id : "";
}

/** Return every level of a document: the top and all definitions. @param {WorkflowDocument} document */
export const levelsOf = (document) => ["", ...Object.keys(document.subgraphs ?? {})];

/**
 * Return the instances of a definition, wherever they are.
 * @param {WorkflowDocument} document @param {string} id @returns {{ level: string, node: string }[]}
 */
export const instancesOf = (document, id) =>
  levelsOf(document).flatMap((level) =>
    Object.entries(graphAt(document, level).nodes)
      .filter(([, node]) => definitionOf(node) === id)
      .map(([node]) => ({ level, node })),
  );

/**
 * Say whether a definition is another one, or holds it at any depth.
 * @param {WorkflowDocument} document @param {string} outer @param {string} inner
 */
export function holdsDefinition(document, outer, inner) {
  const seen = new Set();
  const waiting = [outer];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (id === inner) return true;
    if (seen.has(id)) continue;
    seen.add(id);
    for (const node of Object.values(document.subgraphs?.[id]?.nodes ?? {})) {
      const next = definitionOf(node);
      if (next) waiting.push(next);
    }
  }
  return false;
}

/**
 * Return what says of a node whether it shows otherwise because a definition has changed: its own, or one
 * that this holds at any depth.
 * @param {WorkflowDocument} now @param {WorkflowDocument | null} before @returns {(node: Node) => boolean}
 */
export function changedDefinitions(now, before) {
  const [all, old] = [now.subgraphs ?? {}, before?.subgraphs ?? {}];
  if (all === old) return () => false;
  const changed = Object.keys({ ...old, ...all }).filter((id) => all[id] !== old[id]);
  return (node) => {
    const id = definitionOf(node);
    return id !== "" && changed.some((each) => holdsDefinition(now, id, each));
  };
}

/**
 * Say whether an instance of a definition may be put into a level: none may end up inside itself.
 * @param {WorkflowDocument} document @param {string} level @param {string} id
 */
export const mayHold = (document, level, id) => !level || !holdsDefinition(document, id, level);

/**
 * Say whether a level holds itself, at any depth, as a document from elsewhere or a paste may have it.
 * @param {WorkflowDocument} document @param {string} level
 */
export const isRecursive = (document, level) =>
  level !== "" &&
  Object.values(graphAt(document, level).nodes).some((node) => {
    const inner = definitionOf(node);
    return inner !== "" && holdsDefinition(document, inner, level);
  });

/**
 * Return the document's subgraphs as node types, for lists of what one can add to a level.
 * @param {Schema} schema @param {WorkflowDocument} document @param {string} [level] @returns {NodeSpec[]}
 */
export const subgraphSpecs = (schema, document, level = "") =>
  Object.keys(document.subgraphs ?? {})
    .filter((id) => mayHold(document, level, id))
    .flatMap((id) => subgraphSpec(schema, document, id) ?? []);

/** Return the definitions that nothing at the top leads to. @param {WorkflowDocument} document @returns {string[]} */
export function unusedDefinitions(document) {
  const used = new Set();
  const waiting = Object.values(document.nodes).map(definitionOf);
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (!id || used.has(id)) continue;
    used.add(id);
    waiting.push(...Object.values(document.subgraphs?.[id]?.nodes ?? {}).map(definitionOf));
  }
  return Object.keys(document.subgraphs ?? {}).filter((id) => !used.has(id));
}

/** Return an id that no definition has. @param {WorkflowDocument} document @param {string} title */
export function freeDefinitionId(document, title) {
  const plain =
    title
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-+|-+$/g, "") || "subgraph";
  const taken = document.subgraphs ?? {};
  let id = plain;
  for (let count = 2; Object.hasOwn(taken, id); count += 1) id = `${plain}-${count}`;
  return id;
}
