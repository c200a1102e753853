// @ts-check
/** A stroke puts a reroute dot on each link that it crosses; links of one output share one. */

import { crosses, nearest } from "../geometry/link-curve.js";
import { graphAt } from "../model/document.js";
import { addDot } from "../model/edits/dots.js";
import { entryOf } from "../model/maps.js";
import { applied } from "../model/patches.js";
import { stroking } from "./stroking.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../geometry/graph-index.js").PlacedLink} PlacedLink */
/** @typedef {import("../geometry/camera.js").Point} Point */
/** @typedef {{ link: PlacedLink, at: Point, place: number, before: string }} Crossing  place: dots that it passes before */

/** @param {App} app @param {import("./machine.js").Pointer} start */
export const dottingLinks = (app, start) => {
  /** @type {Map<string, Crossing>} */
  const crossed = new Map();
  return stroking(app, start, {
    name: "dotting-links",
    colour: (tokens) => tokens.accent,
    cross: (link, from, to) => {
      if (crossed.has(link.id) || !crosses(link.curve, from, to)) return false;
      const at = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 };
      crossed.set(link.id, crossingOf(app, link, at));
      return true;
    },
    look: () => ({ lit: new Set(crossed.keys()) }),
    done: () => putDots(app, [...crossed.values()]),
  });
};

/** @param {App} app @param {PlacedLink} link @param {Point} at @returns {Crossing} */
export function crossingOf(app, link, at) {
  const near = nearest(link.curve, at);
  const { through } = app.canvas.index.wayOf(link.to, link.input);
  const dots = app.tab.graph.view?.dots ?? {};
  const pieces = (link.curve.length - 2) / 6 / (through.length + 1);
  const passed = through.slice(0, Math.floor(near.piece / pieces)).filter((each) => dots[each.id]);
  return { link, at: near.point, place: passed.length, before: passed.at(-1)?.id ?? "" };
}

/** @param {App} app @param {readonly Crossing[]} crossings @returns {string[]} the new dots */
export function putDots(app, crossings) {
  const { tab } = app;
  /** @type {Map<string, Crossing[]>} */
  const groups = new Map();
  for (const each of crossings) {
    const { from, output } = each.link;
    entryOf(groups, `${from} ${output} ${each.before}`, () => []).push(each);
  }
  let root = tab.store.document;
  const all = [...groups.values()].map((group) => {
    const ends = group.map(({ link }) => ({ node: link.to, input: link.input }));
    const { id, patches } = addDot(tab.level, graphAt(root, tab.level), ends, group[0].place, middle(group));
    root = applied(root, patches).root;
    return { id, patches };
  });
  tab.store.commit(
    "edit.dot",
    all.flatMap((each) => each.patches),
  );
  return all.map((each) => each.id);
}

/** @param {readonly Crossing[]} group @returns {Point} */
const middle = (group) => ({
  x: group.reduce((sum, each) => sum + each.at.x, 0) / group.length,
  y: group.reduce((sum, each) => sum + each.at.y, 0) / group.length,
});
