// @ts-check
/** Puts what was copied into a level, under ids of its own. As patches. */

import { around } from "../../geometry/camera.js";
import { NOTE_HEIGHT, NOTE_WIDTH } from "../../geometry/drawing.js";
import { graphAt, pathIn } from "../document.js";
import { isSame } from "../same.js";
import { SUBGRAPH } from "../schema.js";
import { freeIds } from "./nodes.js";

/** @typedef {import("../clipboard.js").Clip} Clip */
/** @typedef {import("../document.js").WorkflowDocument} WorkflowDocument */
/** @typedef {import("../document.js").Graph} Graph */
/** @typedef {import("../document.js").Node} Node */
/** @typedef {import("../document.js").Place} Place */
/** @typedef {import("../patches.js").Patch} Patch */
/** @typedef {import("../../geometry/camera.js").Point} Point */
/** @typedef {{ patches: Patch[], nodes: string[], frames: number[], notes: string[] }} Pasted */

/**
 * Return how far a clip must be moved so that its middle lies at a point, and its nodes on no other's corner.
 * @param {Clip} clip @param {Point} at @param {Graph} graph
 * @param {(node: Node) => { width: number, height: number }} sizeOf @returns {Point}
 */
export function shiftTo(clip, at, graph, sizeOf) {
  const box = around([
    ...Object.values(clip.nodes).map((node) => ({ ...corner(node), ...sizeOf(node) })),
    ...(clip.frames ?? []).map(({ place: [x, y, width, height] }) => ({ x, y, width, height })),
    ...(clip.notes ?? []).map(({ place: [x, y, width, height] }) => ({
      x,
      y,
      width: width || NOTE_WIDTH,
      height: height || NOTE_HEIGHT,
    })),
  ]);
  if (!box) return { x: 0, y: 0 };
  return besideOthers(clip, graph, {
    x: Math.round(at.x - box.x - box.width / 2),
    y: Math.round(at.y - box.y - box.height / 2),
  });
}

const ASIDE = 32;
/** Far out a step to the side may lead nowhere. */
const MOST_STEPS = 200;

/** @param {Clip} clip @param {Graph} graph @param {Point} shift @returns {Point} */
export function besideOthers(clip, graph, shift) {
  const taken = new Set(Object.values(graph.nodes).map((node) => String(Object.values(corner(node)))));
  const nodes = Object.values(clip.nodes).map(corner);
  const isFree = (/** @type {Point} */ { x, y }) =>
    !nodes.some((each) => taken.has(`${each.x + x},${each.y + y}`));
  let at = shift;
  for (let steps = 0; steps < MOST_STEPS && !isFree(at); steps += 1)
    at = { x: at.x + ASIDE, y: at.y + ASIDE };
  return at;
}

/** @param {Node} node @returns {Point} */
const corner = ({ place: [x = 0, y = 0] = [0, 0, 0, 0] }) => ({ x, y });

/**
 * Return what puts a clip into a level, under ids of its own.
 * @param {WorkflowDocument} document @param {string} level @param {Clip} clip @param {Point} shift
 * @param {{ keepsLinks?: boolean }} [how]  keepsLinks: those from nodes outside, where these are here too
 * @returns {Pasted}
 */
export function pasted(document, level, clip, shift, { keepsLinks = false } = {}) {
  const graph = graphAt(document, level);
  const { types, patches: definitions } = broughtAlong(document, clip);
  const old = Object.keys(clip.nodes);
  const fresh = freeIds(graph, old.length);
  const ids = new Map(old.map((id, index) => [id, fresh[index]]));
  const isHere = (/** @type {string} */ from) =>
    keepsLinks && clip.sources?.[from] !== undefined && graph.nodes[from]?.type === clip.sources[from];
  const patches = Object.entries(clip.nodes).map(([old, node]) => ({
    path: pathIn(level, "nodes", /** @type {string} */ (ids.get(old))),
    value: moved(relinked({ ...node, type: types.get(node.type) ?? node.type }, ids, isHere), shift),
  }));
  const frames = framesWith(level, graph, clip, shift);
  const notes = notesWith(level, graph, clip, shift);
  const dots = dotsWith(level, graph, clip, ids, shift);
  return {
    patches: [...definitions, ...patches, ...dots, ...frames.patches, ...notes.patches],
    nodes: [...ids.values()],
    frames: frames.indices,
    notes: notes.ids,
  };
}

/** @param {Node} node @param {ReadonlyMap<string, string>} ids @param {(from: string) => boolean} isHere @returns {Node} */
function relinked(node, ids, isHere) {
  const { links, ...rest } = node;
  const kept = Object.entries(links ?? {}).flatMap(([input, [from, output, ...name]]) => {
    const source = ids.get(from) ?? (isHere(from) ? from : null);
    return source ? [[input, [source, output, ...name]]] : [];
  });
  return kept.length ? { ...rest, links: Object.fromEntries(kept) } : rest;
}

/** @param {Node} node @param {Point} shift @returns {Node} */
function moved(node, shift) {
  return { ...node, place: shifted(node.place ?? [], shift) };
}

/** @param {readonly number[]} place @param {Point} shift @returns {Place} */
const shifted = ([x = 0, y = 0, width = 0, height = 0], shift) => [x + shift.x, y + shift.y, width, height];

/** @param {string} level @param {Graph} graph @param {Pick<Clip, "frames">} clip @param {Point} shift */
export function framesWith(level, graph, clip, shift) {
  const own = graph.frames ?? [];
  if (!clip.frames?.length) return { patches: [], indices: [] };
  const more = clip.frames.map((frame) => ({ ...frame, place: shifted(frame.place, shift) }));
  return {
    patches: [{ path: pathIn(level, "frames"), value: [...own, ...more] }],
    indices: more.map((_, index) => own.length + index),
  };
}

/** @param {string} level @param {Graph} graph @param {Pick<Clip, "notes">} clip @param {Point} shift */
export function notesWith(level, graph, clip, shift) {
  const own = graph.view?.notes ?? [];
  if (!clip.notes?.length) return { patches: [], ids: [] };
  const taken = new Set(own.map((/** @type {{ id: string }} */ each) => each.id));
  const more = clip.notes.map((note) => {
    let count = taken.size + 1;
    while (taken.has(`n${count}`)) count += 1;
    taken.add(`n${count}`);
    return { ...note, id: `n${count}`, place: shifted(note.place, shift) };
  });
  return {
    patches: [{ path: pathIn(level, "view", "notes"), value: [...own, ...more] }],
    ids: more.map((each) => each.id),
  };
}

/**
 * @param {string} level @param {Graph} graph @param {Clip} clip @param {ReadonlyMap<string, string>} ids
 * @param {Point} shift @returns {Patch[]}
 */
function dotsWith(level, graph, clip, ids, shift) {
  const taken = Object.keys(graph.view?.dots ?? {});
  const first = 1 + Math.max(0, ...taken.map((each) => Number(/\d+$/.exec(each)?.[0] ?? 0)));
  const names = new Map(Object.keys(clip.dots ?? {}).map((old, index) => [old, `d${first + index}`]));
  const dots = Object.entries(clip.dots ?? {}).map(([old, dot]) => {
    const [x, y, ...more] = dot.place;
    const value = { ...dot, place: [x + shift.x, y + shift.y, ...more] };
    if (dot.after !== undefined) value.after = names.get(dot.after);
    return { path: pathIn(level, "view", "dots", names.get(old) ?? old), value };
  });
  const routes = Object.entries(clip.routes ?? {}).flatMap(([node, inputs]) =>
    Object.entries(inputs).map(([input, dot]) => ({
      path: pathIn(level, "view", "routes", ids.get(node) ?? node, input),
      value: names.get(dot),
    })),
  );
  return [...dots, ...routes];
}

/**
 * Definitions that the document has are used; one of the same id that differs, or holds one that does,
 * comes under another.
 * @param {WorkflowDocument} document @param {Clip} clip @returns {{ types: Map<string, string>, patches: Patch[] }}
 */
function broughtAlong(document, clip) {
  const own = document.subgraphs ?? {};
  const given = clip.subgraphs ?? {};
  const others = differing(own, given);
  const taken = new Set([...Object.keys(own), ...Object.keys(given)]);
  /** @type {Map<string, string>} */
  const types = new Map();
  for (const id of others) {
    if (!Object.hasOwn(own, id)) continue;
    const fresh = freeDefinition(taken, id);
    taken.add(fresh);
    types.set(SUBGRAPH + id, SUBGRAPH + fresh);
  }
  const patches = [...others].map((id) => {
    const nodes = Object.entries(given[id].nodes).map(([inner, node]) => [
      inner,
      types.has(node.type) ? { ...node, type: types.get(node.type) } : node,
    ]);
    const name = (types.get(SUBGRAPH + id) ?? SUBGRAPH + id).slice(SUBGRAPH.length);
    return { path: ["subgraphs", name], value: { ...given[id], nodes: Object.fromEntries(nodes) } };
  });
  return { types, patches };
}

/**
 * @param {Record<string, Graph>} own @param {Record<string, Graph>} given
 * @returns {Set<string>} ids of given definitions that are not there as they are
 */
function differing(own, given) {
  const found = new Set(Object.keys(given).filter((id) => !isSame(own[id], given[id])));
  // those that hold one of them, over any depth
  for (const id of found)
    for (const [outer, { nodes }] of Object.entries(given))
      if (Object.values(nodes).some(({ type }) => type === SUBGRAPH + id)) found.add(outer);
  return found;
}

/** @param {ReadonlySet<string>} taken @param {string} id */
function freeDefinition(taken, id) {
  let count = 2;
  while (taken.has(`${id}-${count}`)) count += 1;
  return `${id}-${count}`;
}
