// @ts-check
/** Inside a subgraph: a tag at each socket that is seen outside, with its name there. */

import { meet, seen } from "../geometry/camera.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../geometry/camera.js").Point} Point */
/** @typedef {import("./tokens.js").Tokens} Tokens */

const FONT = 11.5;
const HEIGHT = 18;
const GAP = 14;
const PADDING = 7;
/** Below this zoom the names can not be read. */
const FROM = 0.35;

/** @param {App} app @returns {import("./surface.js").Painter} */
export function tagPainter(app) {
  return (context, camera, tokens) => {
    const tab = app.workspace.active.peek();
    if (!tab?.level || camera.zoom < FROM) return;
    const { index, surface } = app.canvas;
    const view = seen(camera, surface.size);
    const draw = (
      /** @type {string} */ node,
      /** @type {Point | null} */ at,
      /** @type {string} */ text,
      /** @type {1 | -1} */ way,
    ) => {
      const placed = index.nodes.get(node);
      if (at && placed && meet({ ...placed, x: placed.x - 200, width: placed.width + 400 }, view))
        drawTag(context, at, text, way, tokens);
    };
    for (const { name, label, targets } of tab.graph.inputs ?? [])
      for (const [node, input] of targets) draw(node, index.inputAt(node, input), label || name, -1);
    for (const { name, label, source } of tab.graph.outputs ?? [])
      draw(source[0], index.outputAt(...source), label || name, 1);
  };
}

/**
 * @param {CanvasRenderingContext2D} context @param {Point} at @param {string} text
 * @param {1 | -1} way  to which side of the socket @param {Tokens} tokens
 */
function drawTag(context, at, text, way, tokens) {
  context.font = `500 ${FONT}px ${tokens.font}`;
  const width = context.measureText(text).width + 2 * PADDING;
  const x = way < 0 ? at.x - GAP - width : at.x + GAP;
  context.strokeStyle = tokens.accent;
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(at.x + way * 7, at.y);
  context.lineTo(at.x + way * GAP, at.y);
  context.stroke();
  context.beginPath();
  context.roundRect(x, at.y - HEIGHT / 2, width, HEIGHT, HEIGHT / 2);
  context.fillStyle = tokens.node;
  context.fill();
  context.stroke();
  context.fillStyle = tokens.text;
  context.textBaseline = "middle";
  context.fillText(text, x + PADDING, at.y + 0.5);
}
