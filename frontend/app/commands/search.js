// @ts-check
/** Searching for node types, and menus. */

import { isPointing, pointerOf } from "../ui/pointer.js";
import { typedMeanwhile } from "../ui/type-ahead.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../geometry/camera.js").Point} Point */
/** @typedef {import("../geometry/hit-test.js").Socket} Socket */

/** Pixels: the field lies under the pointer. */
const FIELD = { x: 24, y: 20 };

/**
 * @param {App} app @param {Point} at  in the graph @param {Point} client  in the window @param {Socket | null} [from]
 */
function search(app, at, client, from = null) {
  app.overlays.show({
    kind: "palette",
    at: { x: client.x - FIELD.x, y: client.y - FIELD.y },
    given: { mode: "nodes", at, from, typed: typedMeanwhile() },
  });
}

/** Commands of a menu act on what is selected: that is what the menu was opened on. @param {App} app @param {any} hit */
function selectHit({ tab }, hit) {
  const { nodes, dots, frames, notes } = tab.selection.now.peek();
  if (hit.node && !nodes.has(hit.node.id)) tab.selection.set({ nodes: [hit.node.id] });
  else if (hit.kind === "dot" && !dots.has(hit.id)) tab.selection.set({ dots: [hit.id] });
  else if (hit.kind === "note" && !notes.has(hit.id)) tab.selection.set({ notes: [hit.id] });
  else if (/^frame/.test(hit.kind) && !frames.has(hit.index)) tab.selection.set({ frames: [hit.index] });
}

/** @type {import("./registry.js").Command[]} */
export const SEARCH = [
  {
    id: "search.open",
    group: "node",
    keys: ["Shift+A"],
    menus: ["canvas", "main"],
    run: (app, argument) => {
      const { at, client } = pointerOf(app);
      const { event } = argument ?? {};
      search(app, argument?.at ?? at, event ? { x: event.clientX, y: event.clientY } : client);
    },
  },
  {
    id: "search.tab",
    group: "node",
    keys: ["Tab"],
    isHidden: true,
    when: isPointing,
    run: (app) => {
      const { at, client } = pointerOf(app);
      search(app, at, client);
    },
  },
  {
    id: "double-click.nothing",
    group: "node",
    isHidden: true,
    run: (app, { at, event }) => search(app, at, { x: event.clientX, y: event.clientY }),
  },
  {
    id: "search.linked",
    group: "node",
    isHidden: true,
    run: (app, { from, at, event }) => {
      const client = { x: event.clientX, y: event.clientY };
      if (event.shiftKey) app.overlays.show({ kind: "menu", at: client, given: { types: { at, from } } });
      else search(app, at, client, from);
    },
  },
  {
    id: "menu.open",
    group: "node",
    isHidden: true,
    run: (app, { hit, event }) => {
      selectHit(app, hit);
      app.overlays.show({
        kind: "menu",
        at: { x: event.clientX, y: event.clientY },
        given: { hit, event, at: app.canvas.point(event) },
      });
    },
  },
];
