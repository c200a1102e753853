// @ts-check
/** What a context menu holds: the commands for what lies under the pointer, and node types by category. */

import { t } from "../i18n.js";
import { entryOf } from "../model/maps.js";
import { addableTypes, fitOf } from "../model/node-search.js";
import { addNodeOf } from "./add-node.js";
import { titleOf } from "./command-button.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../geometry/hit-test.js").Hit} Hit */
/** @typedef {import("../geometry/hit-test.js").Socket} Socket */
/** @typedef {import("../geometry/camera.js").Point} Point */
/** @typedef {import("../model/schema.js").NodeSpec} NodeSpec */
/**
 * @typedef {{ id: string, title: string, group: string, keys?: string, isOn?: boolean, tip?: string, items?: Item[], run?: () => unknown }} Item
 *   with `items` it opens a menu of its own
 */

/** @type {Readonly<Record<Hit["kind"], string>>} */
const PLACES = {
  nothing: "canvas",
  header: "node",
  body: "node",
  corner: "node",
  input: "socket",
  output: "socket",
  link: "link",
  dot: "dot",
  frame: "frame",
  "frame-corner": "frame",
  note: "note",
  rail: "canvas",
};

/**
 * Return the items for what a menu was opened on.
 * @param {App} app @param {{ hit: any, event: MouseEvent, at: Point }} given @returns {Item[]}
 */
export function itemsOn(app, { hit, event, at }) {
  const place = PLACES[/** @type {Hit["kind"]} */ (hit.kind)] ?? hit.kind;
  const argument = { at, ...hit, hit, event };
  const items = app.commands
    .all()
    .filter((each) => isIn(each, place) && (!each.when || each.when(app, argument)))
    .map((each) => ({
      id: each.id,
      title: titleOf(each),
      group: each.group,
      keys: app.keymap.keysOf(each)[0],
      isOn: each.isOn?.(app),
      run: () => app.commands.run(app, each.id, argument),
    }));
  return sorted([...ofTypes(app, place, hit, at), ...items]);
}

/** What frames can do, notes can. @param {import("../commands/registry.js").Command} command @param {string} place */
const isIn = ({ menus = [] }, place) => menus.some((each) => each === (place === "note" ? "frame" : place));

/** Keep groups together, in the order in which they first come. @param {Item[]} items */
function sorted(items) {
  const order = [...new Set(items.map((each) => each.group))];
  return items.sort((a, b) => order.indexOf(a.group) - order.indexOf(b.group));
}

/** @param {App} app @param {string} place @param {any} hit @param {Point} at @returns {Item[]} */
function ofTypes(app, place, hit, at) {
  if (place !== "canvas" && place !== "socket") return [];
  const from = place === "socket" ? /** @type {Socket} */ (hit) : null;
  const beside = from ? { x: at.x + (from.kind === "output" ? ASIDE : -ASIDE), y: at.y } : at;
  const items = typeItems(app, beside, from);
  const title = t(from ? "menu.add-linked" : "menu.add");
  return items.length ? [{ id: "add", title, group: "node", items }] : [];
}

const ASIDE = 80;

/**
 * Return node types as menus by category; with a socket, those that fit it.
 * @param {App} app @param {Point} at @param {Socket | null} from @returns {Item[]}
 */
export function typeItems(app, at, from) {
  const { tab } = app;
  const specs = addableTypes(app.schema.peek(), tab.store.document, tab.level);
  const fitting = from ? specs.filter((each) => fitOf(each, { kind: from.kind, type: from.type })) : specs;
  return branch(
    fitting.map((spec) => ({ spec, way: (spec.category || t("menu.other")).split("/") })),
    (spec) => addNodeOf(app, spec, at, { from }),
  );
}

/**
 * @param {{ spec: NodeSpec, way: string[] }[]} types @param {(spec: NodeSpec) => unknown} pick
 * @returns {Item[]} menus first, then types, each by name
 */
function branch(types, pick) {
  /** @type {Map<string, { spec: NodeSpec, way: string[] }[]>} */
  const below = new Map();
  for (const { spec, way } of types)
    if (way.length) entryOf(below, way[0], () => []).push({ spec, way: way.slice(1) });
  const menus = [...below].map(([title, inside]) => ({
    id: `category.${title}`,
    title,
    group: "categories",
    items: branch(inside, pick),
  }));
  const own = types
    .filter(({ way }) => !way.length)
    .map(({ spec }) => ({
      id: `type.${spec.id}`,
      title: spec.title,
      group: "types",
      tip: spec.description,
      run: () => pick(spec),
    }));
  const byName = (/** @type {Item} */ a, /** @type {Item} */ b) => a.title.localeCompare(b.title);
  return [...menus.sort(byName), ...own.sort(byName)];
}
