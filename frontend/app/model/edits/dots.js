// @ts-check
/**
 * Edits of reroute dots, as patches. A dot knows the dot before it (`after`), an input the last one of its
 * way (`view.routes`), so links may share the first part of their ways.
 */

import { pathIn } from "../document.js";
import { entryOf } from "../maps.js";

/** @typedef {import("../document.js").Graph} Graph */
/** @typedef {import("../patches.js").Patch} Patch */
/** @typedef {{ place: [number, number], after?: string }} Dot */
/** @typedef {{ node: string, input: string }} End  where a link ends */
/** @typedef {{ x: number, y: number }} Point */

/** @param {Graph} graph @returns {Record<string, Dot>} */
const dotsOf = (graph) => graph.view?.dots ?? {};

/** @param {Graph} graph @returns {Record<string, Record<string, string>>} */
const routesOf = (graph) => graph.view?.routes ?? {};

/** @param {string} level @param {string} id @param {...string} field */
const dotPath = (level, id, ...field) => pathIn(level, "view", "dots", id, ...field);

/** @param {string} level @param {End} end */
const routePath = (level, { node, input }) => pathIn(level, "view", "routes", node, input);

/** Return ids of the dots that a link passes, from its source on. @param {Graph} graph @param {End} end */
export function dotsInto(graph, { node, input }) {
  const dots = dotsOf(graph);
  /** @type {string[]} */
  const found = [];
  let id = /** @type {string | undefined} */ (routesOf(graph)[node]?.[input]);
  while (id && dots[id] && !found.includes(id)) {
    found.unshift(id);
    id = dots[id].after;
  }
  return found;
}

/** @param {Graph} graph @returns {string} an id that no dot and nothing else in a level has */
function freeDotId(graph) {
  let count = Object.keys(dotsOf(graph)).length + 1;
  while (dotsOf(graph)[`d${count}`]) count += 1;
  return `d${count}`;
}

/**
 * Put one dot on links of one output, each at the same place of their ways.
 * @param {string} level @param {Graph} graph @param {readonly End[]} ends
 * @param {number} place  how many dots the links pass before it @param {Point} at
 * @returns {{ id: string, patches: Patch[] }}
 */
export function addDot(level, graph, ends, place, at) {
  const id = freeDotId(graph);
  const after = dotsInto(graph, ends[0])[place - 1];
  const dot = { place: [Math.round(at.x), Math.round(at.y)], ...(after ? { after } : {}) };
  /** @type {Patch[]} */
  const patches = [{ path: dotPath(level, id), value: dot }];
  for (const end of ends) {
    const next = dotsInto(graph, end)[place];
    const path = next ? dotPath(level, next, "after") : routePath(level, end);
    patches.push({ path, value: id });
  }
  return { id, patches };
}

/**
 * Move dots and the browser's nodes of imported workflows.
 * @param {string} level @param {Graph} graph @param {Iterable<string>} ids @param {number} dx @param {number} dy
 * @returns {Patch[]}
 */
export function moveDots(level, graph, ids, dx, dy) {
  return [...ids].flatMap((id) => {
    const kind = dotsOf(graph)[id] ? "dots" : "virtual";
    const found = graph.view?.[kind]?.[id];
    if (!found) return [];
    const [x, y, ...size] = found.place;
    const value = [Math.round(x + dx), Math.round(y + dy), ...size];
    return [{ path: pathIn(level, "view", kind, id, "place"), value }];
  });
}

/**
 * Remove dots; links go on without them. A browser's node of an imported workflow goes with its wires.
 * @param {string} level @param {Graph} graph @param {ReadonlySet<string>} ids @returns {Patch[]}
 */
export function removeDots(level, graph, ids) {
  const dots = dotsOf(graph);
  const before = (/** @type {string | undefined} */ id) => {
    let left = id;
    while (left && ids.has(left)) left = dots[left]?.after;
    return left;
  };
  const patches = /** @type {Patch[]} */ ([]);
  for (const [id, dot] of Object.entries(dots)) {
    if (ids.has(id)) patches.push({ path: dotPath(level, id), value: undefined });
    else if (dot.after && ids.has(dot.after))
      patches.push({ path: dotPath(level, id, "after"), value: before(dot.after) });
  }
  for (const [node, ways] of Object.entries(routesOf(graph))) {
    for (const [input, id] of Object.entries(ways))
      if (ids.has(id)) patches.push({ path: routePath(level, { node, input }), value: before(id) });
  }
  return [...patches, ...withoutVirtual(level, graph, ids)];
}

/** @param {string} level @param {Graph} graph @param {ReadonlySet<string>} ids @returns {Patch[]} */
function withoutVirtual(level, graph, ids) {
  const virtual = graph.view?.virtual ?? {};
  const wires = /** @type {Record<string, Record<string, [string, number]>>} */ (graph.view?.wires ?? {});
  const gone = Object.keys(virtual).filter((id) => ids.has(id));
  if (!gone.length) return [];
  const origin = (/** @type {[string, number]} */ at) => {
    let left = /** @type {[string, number] | undefined} */ (at);
    while (left && gone.includes(left[0])) left = wires[left[0]]?.[String(left[1])];
    return left;
  };
  /** @type {Patch[]} */
  const patches = gone.flatMap((id) => [
    { path: pathIn(level, "view", "virtual", id), value: undefined },
    { path: pathIn(level, "view", "wires", id), value: undefined },
  ]);
  for (const [node, ways] of Object.entries(wires)) {
    if (gone.includes(node)) continue;
    for (const [input, from] of Object.entries(ways))
      if (gone.includes(from[0]))
        patches.push({ path: pathIn(level, "view", "wires", node, input), value: origin(from) });
  }
  return patches;
}

/**
 * Remove the ways of links that go, and the dots that nothing passes then.
 * @param {string} level @param {Graph} graph @param {readonly End[]} ends @returns {Patch[]}
 */
export function withoutWays(level, graph, ends) {
  /** @type {Map<string, Set<string>>} */
  const gone = new Map();
  for (const { node, input } of ends) entryOf(gone, node, () => new Set()).add(input);
  const used = new Set();
  const left = new Set();
  for (const [node, ways] of Object.entries(routesOf(graph))) {
    for (const input of Object.keys(ways)) {
      const into = gone.get(node)?.has(input) ? left : used;
      for (const id of dotsInto(graph, { node, input })) into.add(id);
    }
  }
  return [
    ...ends.flatMap((end) => [
      { path: routePath(level, end), value: undefined },
      { path: pathIn(level, "view", "wires", end.node, end.input), value: undefined },
    ]),
    ...[...left].filter((id) => !used.has(id)).map((id) => ({ path: dotPath(level, id), value: undefined })),
  ];
}
