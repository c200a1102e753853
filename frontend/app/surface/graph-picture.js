// @ts-check
/** Draws a whole graph on a canvas of its own: thumbnails, previews, pictures to keep. */

import { around, fitting } from "../geometry/camera.js";
import { GraphIndex } from "../geometry/graph-index.js";
import { HEADER } from "../geometry/node-box.js";
import { graphAt } from "../model/document.js";
import { drawDots } from "./dots.js";
import { drawFarNodes } from "./far-nodes.js";
import { drawFarNotes } from "./far-notes.js";
import { drawFrames } from "./frames.js";
import { colourOf, drawLinks, PLAIN, strokeCurve } from "./links.js";
import { drawNodeTexts } from "./node-texts.js";

/** @typedef {import("../model/document.js").WorkflowDocument} WorkflowDocument */
/** @typedef {import("../model/schema.js").Schema} Schema */
/** @typedef {import("../geometry/camera.js").Box} Box */
/** @typedef {import("./tokens.js").Tokens} Tokens */

/** No picture is larger than this on a side, in pixels. */
const MOST_PX = 8000;
const MARGIN = 40;
const SMALL_LINK_PX = 1.2;
const SMALL_RADIUS_PX = 2.5;

export class GraphPicture {
  /** @param {WorkflowDocument} document @param {Schema} schema @param {string} [level] */
  constructor(document, schema, level = "") {
    this.graph = graphAt(document, level);
    this.index = new GraphIndex();
    this.index.follow(document, this.graph, schema);
  }

  /** What the graph takes up, in graph units; null when there is nothing. @returns {Box | null} */
  get box() {
    const { frames, notes } = this.index.drawing;
    return around([...this.index.nodes.values(), ...frames, ...notes.values()]);
  }

  /**
   * Draw it small, as it fits.
   * @param {HTMLCanvasElement} canvas  as large as it is to be, in device pixels @param {Tokens} tokens
   * @param {number} ratio  device pixels per pixel
   */
  drawInto(canvas, tokens, ratio) {
    const size = { width: canvas.width / ratio, height: canvas.height / ratio };
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    if (!this.box) return;
    const camera = fitting(this.box, size, 12);
    const scale = camera.zoom * ratio;
    context.setTransform(scale, 0, 0, scale, -camera.x * scale, -camera.y * scale);
    this.#drawSmall(context, camera.zoom, tokens);
  }

  /**
   * Draw it large, with what stands in the nodes.
   * @param {Tokens} tokens @param {number} [scale]  pixels per graph unit @returns {HTMLCanvasElement | null}
   */
  drawWhole(tokens, scale = 2) {
    if (!this.box) return null;
    const { x, y, width, height } = this.box;
    const view = { x: x - MARGIN, y: y - MARGIN, width: width + 2 * MARGIN, height: height + 2 * MARGIN };
    const drawn = Math.min(scale, MOST_PX / Math.max(view.width, view.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.ceil(view.width * drawn);
    canvas.height = Math.ceil(view.height * drawn);
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    context.fillStyle = tokens.surface;
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.setTransform(drawn, 0, 0, drawn, -view.x * drawn, -view.y * drawn);
    this.#draw(context, view, 1, tokens);
    for (const each of this.index.nodes.values()) drawNodeTexts(context, each, tokens);
    return canvas;
  }

  /** Shapes alone: words would not be legible. @param {CanvasRenderingContext2D} context @param {number} zoom @param {Tokens} tokens */
  #drawSmall(context, zoom, tokens) {
    context.globalAlpha = 0.16;
    for (const frame of this.graph.frames ?? []) {
      context.fillStyle = frame.color || tokens.frame;
      context.fillRect(...frame.place);
    }
    context.globalAlpha = 0.8;
    context.lineWidth = SMALL_LINK_PX / zoom;
    for (const each of this.index.links.values()) strokeCurve(context, each.curve, colourOf(each, tokens));
    context.globalAlpha = 1;
    for (const each of this.index.nodes.values()) drawSmallNode(context, each, zoom, tokens);
  }

  /** @param {CanvasRenderingContext2D} context @param {Box} view @param {number} zoom @param {Tokens} tokens */
  #draw(context, view, zoom, tokens) {
    const { index } = this;
    drawFrames(context, index.drawing.frames, view, zoom, tokens);
    drawLinks(context, [...index.links.values(), ...index.wires], view, tokens, PLAIN);
    drawDots(context, index, view, tokens);
    drawFarNotes(context, index.drawing.notes.values(), view, zoom, tokens);
    drawFarNodes(context, this.index.nodes.values(), view, zoom, tokens, {
      isMounted: () => false,
      isSelected: () => false,
      stateOf: () => "",
      pictureOf: () => null,
    });
  }
}

/**
 * A node is known by the colour of what it gives.
 * @param {CanvasRenderingContext2D} context @param {import("../geometry/graph-index.js").PlacedNode} node
 * @param {number} zoom @param {Tokens} tokens
 */
function drawSmallNode(context, { x, y, width, height, spec }, zoom, tokens) {
  const radius = SMALL_RADIUS_PX / zoom;
  const box = new Path2D();
  box.roundRect(x, y, width, height, radius);
  context.fillStyle = tokens.node;
  context.fill(box);
  context.save();
  context.clip(box);
  const [output] = spec.outputs ?? [];
  context.fillStyle = spec.is_missing ? tokens.bad : output ? colourOf(output, tokens) : tokens.faint;
  context.globalAlpha = 0.75;
  context.fillRect(x, y, width, Math.max(HEADER / 2, 3 / zoom));
  context.restore();
  context.strokeStyle = tokens.outline;
  context.lineWidth = 1 / zoom;
  context.stroke(box);
}
