// @ts-check
/** Draws the rails of a subgraph, and the links between them and its nodes. */

import { railLinks, sidesOf } from "../geometry/rails.js";
import { INLETS } from "../model/subgraphs.js";
import { typeWord } from "../model/types.js";
import { colourOf, LINK_WIDTH, strokeCurve } from "./links.js";

/** @typedef {import("../geometry/graph-index.js").GraphIndex} GraphIndex */
/** @typedef {import("../geometry/graph-index.js").PlacedNode} PlacedNode */
/** @typedef {import("./tokens.js").Tokens} Tokens */

const FONT = 12;
const RADIUS = 8;
const DOT = 5.5;
const INSET = 14;
/** While a link is dragged, as `styles/gestures.css` has it for nodes: what takes none of it, and how much larger what does. */
const UNFIT = 0.45;
const UNFIT_SOCKET = 0.3;
const FIT = 1.35;
/** Below this zoom the names can not be read. */
const NAMES_FROM = 0.35;

/**
 * @param {CanvasRenderingContext2D} context  transformed to graph units
 * @param {GraphIndex} index @param {number} zoom @param {Tokens} tokens @param {import("./links.js").LinkLook} look
 */
export function drawRails(context, index, zoom, tokens, look) {
  const { rails } = index;
  if (!rails) return;
  context.lineWidth = LINK_WIDTH;
  context.lineCap = "round";
  for (const each of railLinks(index, rails))
    if (!look.hidden.has(each.id)) strokeCurve(context, each.curve, colourOf(each, tokens));
  for (const each of sidesOf(index)) drawRail(context, each, zoom, tokens, look.fits);
  context.globalAlpha = 1;
}

/**
 * @param {CanvasRenderingContext2D} context @param {PlacedNode} rail @param {number} zoom @param {Tokens} tokens
 * @param {ReadonlySet<string> | null} fits
 */
function drawRail(context, rail, zoom, tokens, fits) {
  const { x, y, width, height } = rail;
  const isIn = rail.id === INLETS;
  const kind = isIn ? "output" : "input";
  const edge = isIn ? x + width : x;
  const rows = rowsOf(rail, (at) => fits?.has(`${rail.id} ${kind}:${at}`) ?? false);
  const opacity = fits && !rows.some((each) => each.isFit) ? UNFIT : 1;
  context.globalAlpha = opacity;
  context.beginPath();
  context.roundRect(x, y, width, height, RADIUS);
  context.fillStyle = tokens.node;
  context.fill();
  context.lineWidth = 1;
  context.strokeStyle = tokens.outline;
  context.stroke();
  if (zoom >= NAMES_FROM) drawNames(context, rail, rows, tokens);
  for (const each of rows) {
    context.globalAlpha = fits && !each.isFit ? UNFIT_SOCKET : 1;
    drawSocket(context, edge, y + each.y, each, tokens);
  }
}

/** @typedef {{ name: string, type: string, y: number, isFit: boolean }} Row */

/** @param {PlacedNode} rail @param {(at: number) => boolean} isFit @returns {Row[]} */
const rowsOf = ({ id, box }, isFit) =>
  id === INLETS
    ? box.outputs.map(({ name, type, y }, at) => ({ name, type, y, isFit: isFit(at) }))
    : box.inputs.map(({ label, type, y }, at) => ({ name: label, type, y, isFit: isFit(at) }));

/** @param {CanvasRenderingContext2D} context @param {PlacedNode} rail @param {readonly Row[]} rows @param {Tokens} tokens */
function drawNames(context, { id, x, y, width }, rows, tokens) {
  const isIn = id === INLETS;
  context.font = `500 ${FONT}px ${tokens.font}`;
  context.textBaseline = "middle";
  context.textAlign = isIn ? "right" : "left";
  context.fillStyle = tokens.text;
  const at = isIn ? x + width - INSET : x + INSET;
  for (const each of rows) context.fillText(each.name, at, y + each.y, width - 2 * INSET);
  context.textAlign = "left";
}

/**
 * The socket that makes another one is a ring with a cross.
 * @param {CanvasRenderingContext2D} context @param {number} x @param {number} y
 * @param {Row} socket @param {Tokens} tokens
 */
function drawSocket(context, x, y, { name, type, isFit }, tokens) {
  context.beginPath();
  context.arc(x, y, isFit ? DOT * FIT : DOT, 0, 2 * Math.PI);
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
