// @ts-check
/** A lower right corner follows the pointer: of a node, a note or a frame. */

import { FRAME_TITLE } from "../geometry/hit-test.js";
import { HEADER, LEAST_WIDTH } from "../geometry/node-box.js";
import { pathIn } from "../model/document.js";
import { setFrames } from "../model/edits/frames.js";
import { setNote } from "../model/edits/notes.js";
import { GRID } from "../surface/grid.js";
import { CLICK_PX } from "./machine.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../geometry/camera.js").Box} Box */
/** @typedef {[number, number, number, number]} Place */
/**
 * @typedef {{
 *   box: Box, least: { width: number, height: number },
 *   show: (width: number, height: number) => import("../geometry/graph-index.js").Changed,
 *   patches: (place: Place) => import("../model/patches.js").Patch[],
 * }} Sized
 */

/**
 * @param {App} app @param {import("./machine.js").Pointer} start @param {Sized} sized
 * @returns {import("./machine.js").GestureState}
 */
function resizing(app, start, { box, least, show, patches }) {
  const { canvas, tab } = app;
  let size = /** @type {{ width: number, height: number } | null} */ (null);
  /** @type {import("./machine.js").GestureState} */
  const state = {
    name: "resizing",
    cursor: "nwse-resize",
    move: ({ point, moved, event }) => {
      if (moved < CLICK_PX && !size) return state;
      const isOnGrid = Boolean(app.settings.get("grid")) !== (event.ctrlKey || event.metaKey);
      const held = (/** @type {number} */ at, /** @type {number} */ from) =>
        isOnGrid ? Math.round((from + at) / GRID) * GRID - from : Math.round(at);
      size = {
        width: Math.max(least.width, held(box.width + point.x - start.point.x, box.x)),
        height: Math.max(least.height, held(box.height + point.y - start.point.y, box.y)),
      };
      canvas.surface.update(show(size.width, size.height));
      return state;
    },
    up: () => {
      canvas.endDrag();
      if (size)
        tab.store.commit(
          "edit.resize",
          patches([Math.round(box.x), Math.round(box.y), size.width, size.height]),
        );
      return null;
    },
    cancel: () => canvas.endDrag(),
  };
  return state;
}

/** @param {App} app @param {import("./machine.js").Pointer} start @param {import("../geometry/graph-index.js").PlacedNode} node */
export function resizingNode(app, start, node) {
  const { index } = app.canvas;
  const path = pathIn(app.tab.level, "nodes", node.id, "place");
  return resizing(app, start, {
    box: node,
    least: { width: LEAST_WIDTH, height: HEADER },
    show: (width, height) => index.stretch(node.id, width, height),
    patches: (value) => [{ path, value }],
  });
}

/** @param {App} app @param {import("./machine.js").Pointer} start @param {string} id */
export function resizingNote(app, start, id) {
  const { index } = app.canvas;
  const note = index.drawing.notes.get(id);
  if (!note) return null;
  return resizing(app, start, {
    box: note,
    least: { width: 100, height: 60 },
    show: (width, height) => index.stretchDrawn(`note ${id}`, width - note.width, height - note.height),
    patches: (place) => setNote(app.tab.level, app.tab.graph, id, { place }),
  });
}

/** @param {App} app @param {import("./machine.js").Pointer} start @param {number} at */
export function resizingFrame(app, start, at) {
  const { index } = app.canvas;
  const frame = index.drawing.frames[at];
  return resizing(app, start, {
    box: frame,
    least: { width: 80, height: FRAME_TITLE + 20 },
    show: (width, height) => index.stretchDrawn(`frame ${at}`, width - frame.width, height - frame.height),
    patches: (place) => setFrames(app.tab.level, app.tab.graph, new Map([[at, { place }]])),
  });
}
