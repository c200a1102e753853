// @ts-check
/** Finds node types: by what is typed, by the socket that they are to be linked to, by what one uses. */

import { fittingInputs, fittingOutputs } from "./edits/links.js";
import { matchAny } from "./fuzzy.js";
import { entryOf } from "./maps.js";
import { nicknamesOf } from "./nicknames.js";
import { freshNode } from "./schema.js";
import { subgraphSpecs } from "./subgraphs.js";

/** @typedef {import("./schema.js").NodeSpec} NodeSpec */
/** @typedef {import("./schema.js").Schema} Schema */
/** @typedef {import("./document.js").WorkflowDocument} WorkflowDocument */
/** @typedef {{ kind: "input" | "output", type: string }} Wanted  the socket that a new node is to be linked to */
/** @typedef {{ uses: Readonly<Record<string, number>>, pins: ReadonlySet<string> }} Habits */
/** @typedef {{ spec: NodeSpec, score: number }} Found */

/** An exact title outweighs habit; among matches of one kind, habit decides. What people call a type is nearly its title. */
const CALLED = 92;
const PINNED = 12;
const USED = 12;
const FITS = 15;
const OLD = 40;
/** What nearly every graph has, before one has habits. */
const STAPLE = 6;
const STAPLES = new Set([
  "CheckpointLoaderSimple",
  "CLIPTextEncode",
  "EmptyLatentImage",
  "KSampler",
  "LoadImage",
  "LoraLoader",
  "SaveImage",
  "VAEDecode",
]);

/**
 * Return every type that can be added to a level: those of the server and the document's subgraphs.
 * @param {Schema} schema @param {WorkflowDocument} document @param {string} level @returns {NodeSpec[]}
 */
export const addableTypes = (schema, document, level) => [
  ...subgraphSpecs(schema, document, level),
  ...schema.values(),
];

/**
 * Return how well a type goes with a socket: 0 not at all, 2 with a socket of just its type.
 * @param {NodeSpec} spec @param {Wanted} wanted
 */
export function fitOf(spec, wanted) {
  const { kind, type } = wanted;
  const sockets =
    kind === "output"
      ? fittingInputs(freshNode(spec, 0, 0), spec, type)
      : fittingOutputs(spec, type).map((index) => (spec.outputs ?? [])[index]);
  if (!sockets.length) return 0;
  return sockets.some((each) => each.type.toUpperCase() === type.toUpperCase()) ? 2 : 1;
}

/**
 * Return the types that fit a query, best first; all of them for an empty one.
 * @param {readonly NodeSpec[]} specs @param {string} query @param {Wanted | null} wanted @param {Habits} habits
 * @returns {Found[]}
 */
export function searchTypes(specs, query, wanted, habits) {
  /** @type {Found[]} */
  const found = [];
  for (const spec of specs) {
    const fit = wanted ? fitOf(spec, wanted) : 1;
    const matched = query.trim() ? Math.max(matchAny(query, textsOf(spec)), calledSo(query, spec)) : 1;
    if (!fit || !matched) continue;
    found.push({ spec, score: matched + (wanted ? fit * FITS : 0) + habitOf(spec, habits) });
  }
  return found.sort((a, b) => b.score - a.score || a.spec.title.localeCompare(b.spec.title));
}

/** @param {string} query @param {NodeSpec} spec */
const calledSo = (query, { id }) => (nicknamesOf(id).includes(query.trim().toLowerCase()) ? CALLED : 0);

/** @param {NodeSpec} spec */
const textsOf = (spec) => [
  { text: spec.title },
  { text: spec.written?.title ?? "" },
  { text: spec.id },
  { text: nicknamesOf(spec.id).join(" "), weight: 0.7, isLoose: false },
  { text: (spec.search_words ?? []).join(" "), weight: 0.7, isLoose: false },
  { text: spec.category ?? "", weight: 0.5, isLoose: false },
  { text: spec.written?.category ?? "", weight: 0.5, isLoose: false },
];

/** @param {NodeSpec} spec @param {Habits} habits */
function habitOf(spec, { uses, pins }) {
  const often = USED * (1 - 1 / (1 + (uses[spec.id] ?? 0) / 3));
  const usual = STAPLES.has(spec.id) ? STAPLE : 0;
  return usual + often + (pins.has(spec.id) ? PINNED : 0) - (spec.deprecated ? OLD : 0);
}

/** @typedef {{ name: string, count: number, parts: { name: string, specs: NodeSpec[] }[] }} Branch  parts: what lies below, with the rest of its path; "" is the branch itself */

/**
 * Return types by the first part of their categories, and there by what follows.
 * @param {readonly NodeSpec[]} specs @returns {Branch[]}
 */
export function branches(specs) {
  /** @type {Map<string, Branch>} */
  const found = new Map();
  for (const [category, own] of byCategory(specs)) {
    const [name, ...rest] = category.split("/");
    const branch = entryOf(found, name, () => ({ name, count: 0, parts: [] }));
    branch.parts.push({ name: rest.join("/"), specs: own });
    branch.count += own.length;
  }
  return [...found.values()];
}

/**
 * Return types by category, in the order of their names.
 * @param {readonly NodeSpec[]} specs @returns {Map<string, NodeSpec[]>}
 */
export function byCategory(specs) {
  const sorted = [...specs].sort(
    (a, b) => (a.category ?? "").localeCompare(b.category ?? "") || a.title.localeCompare(b.title),
  );
  /** @type {Map<string, NodeSpec[]>} */
  const groups = new Map();
  for (const each of sorted) entryOf(groups, each.category ?? "", () => []).push(each);
  return groups;
}
