// @ts-check
/** What is drawn with nodes that go into a subgraph or come out of it: frames, notes, and links' ways through dots. */

import { pathIn } from "../document.js";
import { framesWith, notesWith } from "./paste.js";

/** @typedef {import("../document.js").ExposedInput} ExposedInput */
/** @typedef {import("../document.js").Frame} Frame */
/** @typedef {import("../document.js").Graph} Graph */
/** @typedef {import("../patches.js").Patch} Patch */
/** @typedef {Record<string, { place: [number, number], after?: string, [more: string]: unknown }>} Dots */
/** @typedef {Record<string, Record<string, string>>} Routes  input of a node -> the last dot before it */

/** @param {Graph} graph @returns {{ dots: Dots, routes: Routes }} */
const waysOf = (graph) => ({ dots: graph.view?.dots ?? {}, routes: graph.view?.routes ?? {} });

/** Return a dot and those before it. @param {Dots} dots @param {string | undefined} last @returns {string[]} */
function chain(dots, last) {
  /** @type {string[]} */
  const ids = [];
  for (let id = last; id && dots[id] && !ids.includes(id); id = dots[id].after) ids.push(id);
  return ids;
}

/** @param {Dots} dots @param {Routes} routes */
const passed = (dots, routes) =>
  new Set(Object.values(routes).flatMap((each) => Object.values(each).flatMap((last) => chain(dots, last))));

/**
 * Part the drawing of a level: what goes inside with the nodes, and what changes outside.
 * @param {string} level @param {Graph} graph @param {ReadonlySet<string>} ids @param {ReadonlySet<number>} frames
 * @param {{ id: string, entries: readonly { targets: [string, string][], source: unknown }[], inputs: readonly ExposedInput[] }} made
 * @returns {{ body: { frames: Frame[], view: Record<string, unknown> }, patches: Patch[] }}
 */
export function drawingInto(level, graph, ids, frames, { id, entries, inputs }) {
  const { dots, routes } = waysOf(graph);
  const inner = innerRoutes(graph, routes, ids);
  const outer = Object.fromEntries(Object.entries(routes).filter(([to]) => !ids.has(to)));
  /** @type {Record<string, string>} */
  const into = {};
  for (const [index, { targets, source }] of entries.entries()) {
    const last = source ? targets.map(([to, input]) => routes[to]?.[input]).find(Boolean) : undefined;
    if (last) into[inputs[index].name] = last;
  }
  if (Object.keys(into).length) outer[id] = into;
  const inside = passed(dots, inner);
  const outside = passed(dots, outer);
  const gone = [...inside].filter((each) => !outside.has(each));
  const view = inside.size
    ? { dots: Object.fromEntries([...inside].map((each) => [each, dots[each]])), routes: inner }
    : {};
  return {
    body: { frames: (graph.frames ?? []).filter((_, index) => frames.has(index)), view },
    patches: [
      ...[...ids].filter((each) => routes[each]).map((each) => at(level, "routes", each, undefined)),
      ...(outer[id] ? [at(level, "routes", id, outer[id])] : []),
      ...gone.map((each) => at(level, "dots", each, undefined)),
      ...framesLeft(level, graph, frames),
    ],
  };
}

/** @param {string} level @param {"dots" | "routes"} part @param {string} id @param {unknown} value @returns {Patch} */
const at = (level, part, id, value) => ({ path: pathIn(level, "view", part, id), value });

/** @param {Graph} graph @param {Routes} routes @param {ReadonlySet<string>} ids @returns {Routes} of links between the nodes */
function innerRoutes(graph, routes, ids) {
  /** @type {Routes} */
  const inner = {};
  for (const to of ids) {
    for (const [input, last] of Object.entries(routes[to] ?? {})) {
      const from = graph.nodes[to].links?.[input]?.[0];
      if (from !== undefined && ids.has(from)) inner[to] = { ...inner[to], [input]: last };
    }
  }
  return inner;
}

/** @param {string} level @param {Graph} graph @param {ReadonlySet<number>} frames @returns {Patch[]} */
const framesLeft = (level, graph, frames) =>
  frames.size
    ? [
        {
          path: pathIn(level, "frames"),
          value: (graph.frames ?? []).filter((_, index) => !frames.has(index)),
        },
      ]
    : [];

/**
 * Put the drawing of a definition into a level, where its nodes have other ids.
 * @param {string} level @param {Graph} graph @param {Graph} definition
 * @param {{ id: string, ids: ReadonlyMap<string, string>, dx: number, dy: number, fed: ReadonlyMap<string, string> }} how
 *   id: of the instance; ids: new by old; fed: `NODE.INPUT` outside -> the instance's input that feeds it
 * @returns {Patch[]}
 */
export function drawingOutOf(level, graph, definition, { id, ids, dx, dy, fed }) {
  const own = waysOf(graph);
  const theirs = waysOf(definition);
  const names = freshNames(own.dots, theirs.dots);
  /** @type {Routes} */
  const routes = {};
  for (const [to, inputs] of Object.entries(theirs.routes)) {
    const node = ids.get(to);
    for (const [input, last] of Object.entries(inputs)) {
      if (node && names.has(last) && !fed.has(`${node}.${input}`))
        routes[node] = { ...routes[node], [input]: names.get(last) ?? "" };
    }
  }
  for (const [target, name] of fed) {
    const [node, input] = split(target);
    const last = own.routes[id]?.[name];
    if (last) routes[node] = { ...routes[node], [input]: last };
  }
  const dots = Object.entries(theirs.dots).map(([old, { after, place, ...rest }]) => {
    const moved = { ...rest, place: [place[0] + dx, place[1] + dy] };
    return at(level, "dots", names.get(old) ?? old, after ? { ...moved, after: names.get(after) } : moved);
  });
  return [
    ...(own.routes[id] ? [at(level, "routes", id, undefined)] : []),
    ...dots,
    ...Object.entries(routes).map(([node, value]) => at(level, "routes", node, value)),
    ...framesWith(level, graph, definition, { x: dx, y: dy }).patches,
    ...notesWith(level, graph, definition.view ?? {}, { x: dx, y: dy }).patches,
  ];
}

/** @param {string} target  "NODE.INPUT"; names of inputs may have dots @returns {[string, string]} */
const split = (target) => [target.slice(0, target.indexOf(".")), target.slice(target.indexOf(".") + 1)];

/** @param {Dots} taken @param {Dots} dots @returns {Map<string, string>} */
function freshNames(taken, dots) {
  const known = new Set(Object.keys(taken));
  return new Map(
    Object.keys(dots).map((old) => {
      let name = old;
      for (let count = 2; known.has(name); count += 1) name = `${old}-${count}`;
      known.add(name);
      return [old, name];
    }),
  );
}
