// @ts-check
/** Node types for the palette; with a socket, those that fit it, and the new node is linked. */

import { linkCurve } from "../geometry/link-curve.js";
import { t } from "../i18n.js";
import { fuzzyPlaces } from "../model/fuzzy.js";
import { addableTypes, searchTypes } from "../model/node-search.js";
import { typeWord } from "../model/types.js";
import { habits, togglePin } from "../state/habits.js";
import { colourOf, LINK_WIDTH, strokeCurve } from "../surface/links.js";
import { addNodeOf } from "./add-node.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../geometry/hit-test.js").Socket} Socket */
/** @typedef {import("../geometry/camera.js").Point} Point */

/** Nobody reads more; all of them are in the library. */
const MOST = 60;

/**
 * @param {App} app @param {{ at: Point, from?: Socket | null }} given  at: in the graph
 * @returns {import("./palette.js").Source}
 */
export function nodeSource(app, { at, from = null }) {
  const { tab } = app;
  const specs = addableTypes(app.schema.peek(), tab.store.document, tab.level);
  const wanted = from && { kind: from.kind, type: from.type };
  return {
    label: t("palette.nodes"),
    chip: from ? `${t(`palette.${from.kind}`)} ${from.type}` : undefined,
    onClose: from ? keptInSight(app, from, at) : undefined,
    entries: (query, isFiltered) =>
      searchTypes(specs, query, isFiltered ? wanted : null, habits())
        .slice(0, MOST)
        .map(({ spec }) => ({
          ...entryOfType(spec, query),
          pick: () => addNodeOf(app, spec, at, { from }),
        })),
  };
}

/** @param {import("../model/schema.js").NodeSpec} spec @param {string} query */
export function entryOfType(spec, query) {
  return {
    id: spec.id,
    title: spec.title,
    places: fuzzyPlaces(query, spec.title),
    hint: (spec.category ?? "").replaceAll("/", " › "),
    inputs: (spec.inputs ?? []).filter((each) => !each.widget).map((each) => typeWord(each.type)),
    outputs: (spec.outputs ?? []).map((each) => typeWord(each.type)),
    text: spec.description || spec.id,
    isPinned: habits().pins.has(spec.id),
    pin: () => togglePin(spec.id),
  };
}

/**
 * Draw the link to where the new node will be, until one has chosen.
 * @param {App} app @param {Socket} from @param {Point} at @returns {() => void} stops it
 */
function keptInSight(app, from, at) {
  const { surface } = app.canvas;
  const ends = from.kind === "output" ? [from.at, at] : [at, from.at];
  const curve = linkCurve(ends[0], ends[1]);
  /** @type {import("../surface/surface.js").Painter} */
  const paint = (context, _, tokens) => {
    context.lineWidth = LINK_WIDTH;
    context.setLineDash([6, 6]);
    strokeCurve(context, curve, colourOf(from, tokens));
    context.setLineDash([]);
  };
  surface.painters.add(paint);
  surface.invalidate("overlay");
  return () => {
    surface.painters.delete(paint);
    surface.invalidate("overlay");
  };
}
