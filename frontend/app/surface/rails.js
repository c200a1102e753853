// @ts-check
/** Draws the rails of a subgraph, and the links between them and its nodes. */

import { INLETS, railLinks } from "../geometry/rails.js";
import { typeWord } from "../model/types.js";
import { colourOf, LINK_WIDTH, strokeCurve } from "./links.js";

/** @typedef {import("../geometry/graph-index.js").GraphIndex} GraphIndex */
/** @typedef {import("../geometry/graph-index.js").PlacedNode} PlacedNode */
/** @typedef {import("./tokens.js").Tokens} Tokens */

const FONT = 12;
const RADIUS = 8;
const DOT = 5.5;
const INSET = 14;
/** Below this zoom the names can not be read. */
const NAMES_FROM = 0.35;

/**
 * @param {CanvasRenderingContext2D} context  transformed to graph units
 * @param {GraphIndex} index @param {number} zoom @param {Tokens} tokens @param {ReadonlySet<string>} hidden  links that are dragged
 */
export function drawRails(context, index, zoom, tokens, hidden) {
  const { rails } = index;
  if (!rails) return;
  context.lineWidth = LINK_WIDTH;
  context.lineCap = "round";
  for (const each of railLinks(index, rails))
    if (!hidden.has(each.id)) strokeCurve(context, each.curve, colourOf(each, tokens));
  for (const each of [rails.into, rails.out]) drawRail(context, each, zoom, tokens);
}

/** @param {CanvasRenderingContext2D} context @param {PlacedNode} rail @param {number} zoom @param {Tokens} tokens */
function drawRail(context, rail, zoom, tokens) {
  const { x, y, width, height, box } = rail;
  const isIn = rail.id === INLETS;
  context.beginPath();
  context.roundRect(x, y, width, height, RADIUS);
  context.fillStyle = tokens.node;
  context.fill();
  context.lineWidth = 1;
  context.strokeStyle = tokens.outline;
  context.stroke();
  const edge = isIn ? x + width : x;
  const rows = isIn
    ? box.outputs
    : box.inputs.map(({ label, type, y: at }) => ({ name: label, type, y: at }));
  for (const each of rows) drawSocket(context, edge, y + each.y, each, tokens);
  if (zoom < NAMES_FROM) return;
  context.font = `500 ${FONT}px ${tokens.font}`;
  context.textBaseline = "middle";
  context.textAlign = isIn ? "right" : "left";
  context.fillStyle = tokens.text;
  const at = isIn ? edge - INSET : edge + INSET;
  for (const each of rows) context.fillText(each.name, at, y + each.y, width - 2 * INSET);
  context.textAlign = "left";
}

/**
 * The socket that makes another one is a ring with a cross.
 * @param {CanvasRenderingContext2D} context @param {number} x @param {number} y
 * @param {{ name: string, type: string }} socket @param {Tokens} tokens
 */
function drawSocket(context, x, y, { name, type }, tokens) {
  context.beginPath();
  context.arc(x, y, DOT, 0, 2 * Math.PI);
  context.fillStyle = name ? (tokens.links.get(typeWord(type)) ?? tokens.faint) : tokens.node;
  context.fill();
  context.lineWidth = name ? 2 : 1.5;
  context.strokeStyle = name ? tokens.node : tokens.faint;
  context.stroke();
  if (name) return;
  context.beginPath();
  context.moveTo(x - 3, y);
  context.lineTo(x + 3, y);
  context.moveTo(x, y - 3);
  context.lineTo(x, y + 3);
  context.stroke();
}
