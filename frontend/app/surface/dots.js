// @ts-check
/** Draws what links pass: reroute dots, and the browser's nodes of imported workflows as small boxes. */

import { grownBy, meet } from "../geometry/camera.js";
import { typeWord } from "../model/types.js";

/** @typedef {import("../geometry/drawing.js").Spot} Spot */
/** @typedef {import("./tokens.js").Tokens} Tokens */

const RADIUS = 5;
const TITLE = 13;

/**
 * @param {CanvasRenderingContext2D} context  transformed to graph units
 * @param {import("../geometry/graph-index.js").GraphIndex} index @param {import("../geometry/camera.js").Box} view
 * @param {Tokens} tokens @param {ReadonlySet<string>} [selected]
 */
export function drawDots(context, index, view, tokens, selected = new Set()) {
  const near = grownBy(view, 2 * RADIUS);
  for (const spot of index.drawing.spots.values()) {
    if (!meet(near, spot.isBox ? spot : grownBy(spot, RADIUS))) continue;
    if (spot.isBox) drawBox(context, spot, tokens, selected.has(spot.id));
    else drawDot(context, spot, tokens, selected.has(spot.id), index.typeAt(spot.id));
  }
}

/**
 * @param {CanvasRenderingContext2D} context @param {Spot} spot @param {Tokens} tokens
 * @param {boolean} isSelected @param {string} type
 */
function drawDot(context, spot, tokens, isSelected, type) {
  context.beginPath();
  context.arc(spot.x, spot.y, RADIUS, 0, 2 * Math.PI);
  context.fillStyle = tokens.links.get(typeWord(type)) ?? tokens.faint;
  context.fill();
  context.lineWidth = isSelected ? 2.5 : 2;
  context.strokeStyle = isSelected ? tokens.accent : tokens.surface;
  context.stroke();
}

/** @param {CanvasRenderingContext2D} context @param {Spot} spot @param {Tokens} tokens @param {boolean} isSelected */
function drawBox(context, { x, y, width, height, title, text }, tokens, isSelected) {
  context.beginPath();
  context.roundRect(x, y, width, height, 8);
  context.fillStyle = tokens.node;
  context.fill();
  context.lineWidth = isSelected ? 2 : 1;
  context.strokeStyle = isSelected ? tokens.accent : tokens.outline;
  context.stroke();
  context.textBaseline = "middle";
  context.font = `600 ${TITLE}px ${tokens.font}`;
  context.fillStyle = tokens.text;
  context.fillText(title, x + 10, y + 16, width - 20);
  context.font = `${TITLE - 1}px ${tokens.font}`;
  context.fillStyle = tokens.faint;
  context.fillText(shortened(text, width), x + 10, y + 36, width - 20);
}

/** @param {string} text @param {number} width */
function shortened(text, width) {
  const line = text.replaceAll(/\s+/g, " ");
  const most = Math.floor((width - 20) / 6.5);
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}
