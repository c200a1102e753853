// @ts-check
/**
 * Where everything of a node lies, from its document and its type alone: nothing is ever measured.
 * All figures are graph units, relative to the node's upper left corner.
 */

import { isCollapsed } from "../model/looks.js";
import { inputsOf } from "../model/schema.js";

export const HEADER = 30;
export const ROW = 24;
export const PADDING = 6;
export const FIELD = 96;
export const WIDTH = 240;
export const LEAST_WIDTH = 140;
export const COLLAPSED_WIDTH = 180;
/** Room between socket names on one row, and of a character. */
const GAP = 40;
const CHARACTER = 7.2;

/** @typedef {import("../model/schema.js").Input} Input */
/** @typedef {import("../model/schema.js").NodeSpec} NodeSpec */
/** @typedef {import("../model/document.js").Node} Node */
/** @typedef {{ input: Input, y: number, height: number, isField: boolean, isLinked: boolean }} WidgetRow */
/** @typedef {{ name: string, label: string, type: string, y: number, row: WidgetRow | null, input: Input }} InputSocket */
/** @typedef {{ index: number, name: string, type: string, y: number }} OutputSocket */
/**
 * @typedef {{
 *   width: number, height: number, inputs: InputSocket[], outputs: OutputSocket[],
 *   widgets: WidgetRow[], picture: { y: number, height: number } | null, isCollapsed: boolean,
 * }} NodeBox  y of a socket is its middle
 */

/**
 * @param {Node} node @param {NodeSpec} spec
 * @param {number} [picture]  height over width of what the node shows, 0 when nothing
 * @returns {NodeBox}
 */
export function nodeBox(node, spec, picture = 0) {
  const inputs = inputsOf(spec, node);
  const outputs = spec.outputs ?? [];
  const [, , wide = 0, high = 0] = node.place ?? [];
  if (isCollapsed(node)) return collapsed(spec, inputs);
  const plain = inputs.filter((each) => !hasWidget(each));
  const width = Math.max(wide || WIDTH, LEAST_WIDTH, socketsWidth(plain, outputs));
  let y = HEADER + PADDING;
  const middle = (/** @type {number} */ index) => HEADER + PADDING + ROW * (index + 0.5);
  /** @type {InputSocket[]} */
  const sockets = plain.map((input, index) => socketOf(input, middle(index), null));
  y += ROW * Math.max(plain.length, outputs.length);
  const drawn = inputs.filter(hasWidget);
  const shown = picture ? Math.round((width - 2 * PADDING) * Math.min(picture, 1.5)) : 0;
  const least = drawn.reduce((sum, each) => sum + rowHeight(node, each, 0), 0);
  const fields = drawn.filter((each) => isField(node, each)).length;
  const spare = Math.max(0, high - (y + least + shown + PADDING));
  const more = fields ? spare / fields : 0;
  /** @type {WidgetRow[]} */
  const widgets = drawn.map((input) => {
    const height = rowHeight(node, input, more);
    const row = { input, y, height, isField: isField(node, input), isLinked: isLinked(node, input) };
    sockets.push(socketOf(input, y + ROW / 2, row));
    y += height;
    return row;
  });
  const pictureHeight = shown ? shown + (fields ? 0 : spare) : 0;
  const height = y + pictureHeight + PADDING;
  return {
    width,
    height: fields || shown ? height : Math.max(height, high && height),
    inputs: sockets,
    outputs: outputs.map((each, index) => ({ index, name: each.name, type: each.type, y: middle(index) })),
    widgets,
    picture: shown ? { y, height: pictureHeight } : null,
    isCollapsed: false,
  };
}

/** Types of no kind of ours whose values are typed in all the same, by widgets of their own. */
export const TYPED = /** @type {Set<string>} */ (new Set());

/** @param {Input} input */
export const hasWidget = ({ widget, type, options, socket_only: isSocketOnly }) =>
  widget !== undefined &&
  (widget.kind !== "any" || TYPED.has(type) || TYPED.has(options?.widget)) &&
  !isSocketOnly;

/** @param {Node} node @param {Input} input */
const isLinked = (node, input) => node.links?.[input.name] !== undefined;

/** @param {Node} node @param {Input} input */
const isField = (node, input) => Boolean(input.widget?.multiline) && !isLinked(node, input);

/** @param {Node} node @param {Input} input @param {number} more */
const rowHeight = (node, input, more) => (isField(node, input) ? FIELD + more : ROW);

/** @param {Input} input @param {number} y @param {WidgetRow | null} row @returns {InputSocket} */
const socketOf = (input, y, row) => ({
  name: input.name,
  label: input.label || input.name,
  type: input.type,
  y,
  row,
  input,
});

/** @param {Input[]} inputs @param {{ name: string }[]} outputs */
function socketsWidth(inputs, outputs) {
  let most = 0;
  for (let row = 0; row < Math.max(inputs.length, outputs.length); row += 1) {
    const letters = (inputs[row]?.label ?? "").length + (outputs[row]?.name ?? "").length;
    most = Math.max(most, letters * CHARACTER + GAP);
  }
  return Math.min(most, 2 * WIDTH);
}

/** @param {NodeSpec} spec @param {Input[]} inputs @returns {NodeBox} */
function collapsed(spec, inputs) {
  return {
    width: COLLAPSED_WIDTH,
    height: HEADER,
    inputs: inputs.map((each) => socketOf(each, HEADER / 2, null)),
    outputs: (spec.outputs ?? []).map((each, index) => ({
      index,
      name: each.name,
      type: each.type,
      y: HEADER / 2,
    })),
    widgets: [],
    picture: null,
    isCollapsed: true,
  };
}
