// @ts-check
/** Draws what stands in a node: names of its sockets, labels and values of its widgets. */

import { ROW } from "../geometry/node-box.js";
import { shownValue } from "../model/schema.js";

/** @typedef {import("../geometry/graph-index.js").PlacedNode} PlacedNode */
/** @typedef {import("./tokens.js").Tokens} Tokens */
/** @typedef {import("../geometry/node-box.js").WidgetRow} WidgetRow */

const SIZE = 12;
const LINE = 16;
const INSET = 16;

/** @param {CanvasRenderingContext2D} context  transformed to graph units @param {PlacedNode} node @param {Tokens} tokens */
export function drawNodeTexts(context, node, tokens) {
  if (node.box.isCollapsed) return;
  context.font = `${SIZE}px ${tokens.font}`;
  context.textBaseline = "middle";
  context.fillStyle = tokens.faint;
  for (const each of node.box.inputs) {
    if (!each.row) context.fillText(each.label, node.x + INSET, node.y + each.y, node.width / 2);
  }
  context.textAlign = "right";
  for (const each of node.box.outputs) {
    context.fillText(each.name, node.x + node.width - INSET, node.y + each.y, node.width / 2);
  }
  context.textAlign = "left";
  for (const row of node.box.widgets) drawWidget(context, node, row, tokens);
}

/**
 * @param {CanvasRenderingContext2D} context @param {PlacedNode} node @param {WidgetRow} row @param {Tokens} tokens
 */
function drawWidget(context, node, row, tokens) {
  const { input, isLinked, isField } = row;
  const value = isLinked ? "" : worded(shownValue(node.node, input));
  const [left, top, width] = [node.x + INSET, node.y + row.y, node.width - 2 * INSET];
  if (isField) {
    context.fillStyle = tokens.text;
    drawField(context, value, left, top + LINE, width, row.height - LINE / 2);
    return;
  }
  const label = input.label || input.name;
  const middle = top + ROW / 2;
  context.fillStyle = tokens.faint;
  context.fillText(label, left, middle, width * 0.6);
  context.fillStyle = tokens.text;
  context.textAlign = "right";
  const room = width - Math.min(width * 0.6, context.measureText(label).width) - INSET;
  context.fillText(cut(context, value, room), left + width, middle);
  context.textAlign = "left";
}

/** @param {unknown} value */
function worded(value) {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** @param {CanvasRenderingContext2D} context @param {string} text @param {number} room */
function cut(context, text, room) {
  if (context.measureText(text).width <= room) return text;
  let length = text.length;
  while (length > 1 && context.measureText(`${text.slice(0, length)}…`).width > room) length -= 1;
  return `${text.slice(0, length)}…`;
}

/**
 * @param {CanvasRenderingContext2D} context @param {string} text
 * @param {number} x @param {number} y @param {number} width @param {number} height
 */
function drawField(context, text, x, y, width, height) {
  const most = Math.max(1, Math.floor(height / LINE));
  const lines = text.split("\n").flatMap((each) => wrapped(context, each, width));
  for (const [index, line] of lines.slice(0, most).entries()) {
    const isCut = index === most - 1 && lines.length > most;
    context.fillText(isCut ? `${line}…` : line, x, y + index * LINE, width);
  }
}

/** @param {CanvasRenderingContext2D} context @param {string} text @param {number} width @returns {string[]} */
function wrapped(context, text, width) {
  /** @type {string[]} */
  const lines = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line ? `${line} ${word}` : word;
    if (line && context.measureText(longer).width > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}
