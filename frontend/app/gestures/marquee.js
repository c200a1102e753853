// @ts-check
/** A rectangle selects what it touches, or what it encloses. A click on nothing selects nothing. */

import { encloses, meet, toGraph } from "../geometry/camera.js";
import { isPinned } from "../model/looks.js";
import { edgePan } from "./edge-pan.js";
import { CLICK_PX } from "./machine.js";

/** @typedef {import("../geometry/camera.js").Point} Point */

/**
 * @param {import("../app.js").App} app @param {import("./machine.js").Pointer} start
 * @returns {import("./machine.js").GestureState}
 */
export function marquee(app, start) {
  const { canvas } = app;
  const { selection } = app.tab;
  const { surface } = canvas;
  const before = selection.now.peek();
  const adds = start.event.shiftKey || start.event.ctrlKey || start.event.metaKey;
  let last = start.pixel;
  const pan = edgePan(app, () => follow());
  const area = () => boxOf(start.point, toGraph(surface.camera, last));

  /** @param {CanvasRenderingContext2D} context @param {import("../geometry/camera.js").Camera} camera @param {import("../surface/tokens.js").Tokens} tokens */
  function paint(context, camera, tokens) {
    const { x, y, width, height } = area();
    context.globalAlpha = 0.12;
    context.fillStyle = tokens.accent;
    context.fillRect(x, y, width, height);
    context.globalAlpha = 1;
    context.strokeStyle = tokens.accent;
    context.lineWidth = 1 / camera.zoom;
    context.strokeRect(x, y, width, height);
  }

  function follow() {
    const box = area();
    const takes = app.settings.get("marquee") === "enclose" ? encloses : meet;
    const { nodes, drawing } = canvas.index;
    const isIn = (/** @type {import("../geometry/camera.js").Box} */ each) => takes(box, each);
    const found = {
      nodes: [...nodes.values()].filter((each) => isIn(each) && !isPinned(each.node)).map(({ id }) => id),
      dots: [...drawing.spots.values()].filter((each) => encloses(box, each)).map(({ id }) => id),
      notes: [...drawing.notes.values()].filter(isIn).map(({ id }) => id),
      frames: drawing.frames.filter((each) => encloses(box, each)).map(({ index }) => index),
    };
    selection.set(adds ? joined(before, found) : found);
    surface.invalidate("overlay");
  }

  surface.painters.add(paint);
  /** @type {import("./machine.js").GestureState} */
  const state = {
    name: "marquee",
    move: ({ pixel }) => {
      last = pixel;
      pan.at(pixel);
      follow();
      return state;
    },
    up: ({ moved }) => {
      if (moved < CLICK_PX && !adds) selection.clear();
      return null;
    },
    cancel: () => selection.set(before),
    end: () => {
      pan.stop();
      surface.painters.delete(paint);
      surface.invalidate("overlay");
    },
  };
  return state;
}

/** @param {Point} a @param {Point} b @returns {import("../geometry/camera.js").Box} */
export const boxOf = (a, b) => ({
  x: Math.min(a.x, b.x),
  y: Math.min(a.y, b.y),
  width: Math.abs(a.x - b.x),
  height: Math.abs(a.y - b.y),
});

/**
 * @param {import("../state/selection.js").Selected} a
 * @param {{ nodes: string[], dots: string[], notes: string[], frames: number[] }} b
 */
const joined = (a, b) => ({
  nodes: [...a.nodes, ...b.nodes],
  dots: [...a.dots, ...b.dots],
  notes: [...a.notes, ...b.notes],
  frames: [...a.frames, ...b.frames],
});
