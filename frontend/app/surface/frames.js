// @ts-check
/** Draws frames: a titled area behind nodes. */

import { meet } from "../geometry/camera.js";
import { FRAME_TITLE } from "../geometry/hit-test.js";

/** @typedef {import("../geometry/drawing.js").PlacedFrame} PlacedFrame */
/** @typedef {import("./tokens.js").Tokens} Tokens */

const LEAST_TITLE_PX = 12;
const TITLE = 16;
const RADIUS = 8;
const GRIP = 10;

/**
 * @param {CanvasRenderingContext2D} context  transformed to graph units
 * @param {readonly PlacedFrame[]} frames @param {import("../geometry/camera.js").Box} view
 * @param {number} zoom @param {Tokens} tokens @param {ReadonlySet<number>} [selected]
 */
export function drawFrames(context, frames, view, zoom, tokens, selected = new Set()) {
  for (const each of frames) {
    if (!meet(each, view)) continue;
    const colour = tokens.hues.get(each.frame.color ?? "") ?? (each.frame.color || tokens.frame);
    drawArea(context, each, zoom, colour, selected.has(each.index) ? tokens.accent : "");
    drawTitle(context, each, zoom, tokens);
  }
}

/**
 * @param {CanvasRenderingContext2D} context @param {PlacedFrame} frame @param {number} zoom
 * @param {string} colour @param {string} ring
 */
function drawArea(context, { x, y, width, height }, zoom, colour, ring) {
  const area = new Path2D();
  area.roundRect(x, y, width, height, RADIUS);
  const bar = new Path2D();
  bar.roundRect(x, y, width, Math.min(FRAME_TITLE, height), [RADIUS, RADIUS, 0, 0]);
  context.fillStyle = colour;
  context.globalAlpha = 0.12;
  context.fill(area);
  context.globalAlpha = 0.24;
  context.fill(bar);
  context.globalAlpha = ring ? 1 : 0.6;
  context.strokeStyle = ring || colour;
  context.lineWidth = (ring ? 2 : 1) / zoom;
  context.stroke(area);
  context.globalAlpha = 0.6;
  context.beginPath();
  context.moveTo(x + width - 4, y + height - 4 - GRIP);
  context.lineTo(x + width - 4 - GRIP, y + height - 4);
  context.stroke();
  context.globalAlpha = 1;
}

/** @param {CanvasRenderingContext2D} context @param {PlacedFrame} frame @param {number} zoom @param {Tokens} tokens */
function drawTitle(context, { x, y, width, frame }, zoom, tokens) {
  const size = Math.max(TITLE, LEAST_TITLE_PX / zoom);
  const title = frame.title ?? "";
  const fits = Math.floor((width - 20) / (size * 0.64));
  context.font = `600 ${size}px ${tokens.font}`;
  context.fillStyle = tokens.text;
  context.textBaseline = "middle";
  const shown = title.length > fits ? `${title.slice(0, Math.max(1, fits - 1))}…` : title;
  // from afar it stands on its frame, as there is no room for it inside
  context.fillText(shown, x + 12, size > FRAME_TITLE ? y - size / 2 : y + FRAME_TITLE / 2);
}
