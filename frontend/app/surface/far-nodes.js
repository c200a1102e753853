// @ts-check
/** Draws nodes that are not in the page: far away, or not mounted yet. */

import { meet } from "../geometry/camera.js";
import { HEADER, ROW } from "../geometry/node-box.js";
import { colorOf } from "../model/looks.js";
import { entryOf } from "../model/maps.js";
import { typeWord } from "../model/types.js";

/** @typedef {import("../geometry/graph-index.js").PlacedNode} PlacedNode */
/** @typedef {import("../geometry/camera.js").Box} Box */
/** @typedef {import("./tokens.js").Tokens} Tokens */
/** @typedef {"" | "running" | "done" | "bad"} State */

/** How visible the title is of what is muted or bypassed. */
const OFF = 0.55;
/** Titles are drawn no smaller than this, in pixels, while they fit. */
const LEAST_TITLE_PX = 11;
const TITLE = 14;
/** How much of a node's colour its header takes, as in `styles/node.css`. */
const TINT = 0.45;
/** How much of the colour of what it gives. */
const KIND_TINT = 0.5;
/** Below this zoom sockets are too small to see. */
const SOCKETS_FROM = 0.2;
/** How high a header is, of the size of its title. */
const AROUND = 1.5;

/**
 * @param {CanvasRenderingContext2D} context  transformed to graph units
 * @param {Iterable<PlacedNode>} nodes @param {Box} view @param {number} zoom @param {Tokens} tokens
 * @param {{ isMounted: (id: string) => boolean, isSelected: (id: string) => boolean, stateOf: (id: string) => State, pictureOf: (id: string) => CanvasImageSource | null }} about
 */
export function drawFarNodes(context, nodes, view, zoom, tokens, about) {
  const seen = [...nodes].filter((each) => !about.isMounted(each.id) && meet(each, view));
  if (!seen.length) return;
  fillBoxes(context, seen, (each) => [each.x, each.y, each.width, each.height], tokens.node);
  for (const each of seen) drawHeader(context, each, zoom, tokens);
  for (const each of seen) drawPicture(context, each, about.pictureOf(each.id));
  if (zoom >= SOCKETS_FROM) drawSockets(context, seen, tokens);
  drawOutlines(context, seen, zoom, tokens, about);
  drawTitles(context, seen, zoom, tokens);
}

/**
 * @param {CanvasRenderingContext2D} context @param {PlacedNode[]} nodes
 * @param {(node: PlacedNode) => [number, number, number, number]} boxOf @param {string} colour
 */
function fillBoxes(context, nodes, boxOf, colour) {
  const path = new Path2D();
  for (const each of nodes) path.rect(...boxOf(each));
  context.fillStyle = colour;
  context.fill(path);
}

/** Sizes of titles in an octave of zoom: a text of a size that was drawn before need not be shaped. */
const SIZES = 4;

/** How large titles are, in graph units. @param {number} zoom */
const titleSize = (zoom) =>
  Math.max(TITLE, 2 ** (Math.ceil(Math.log2(LEAST_TITLE_PX / zoom) * SIZES) / SIZES));

/** Headers are as high as their titles need. @param {PlacedNode} node @param {number} zoom */
const headerHeight = (node, zoom) => Math.min(node.height, Math.max(HEADER, titleSize(zoom) * AROUND));

/** @param {CanvasRenderingContext2D} context @param {PlacedNode} node @param {number} zoom @param {Tokens} tokens */
function drawHeader(context, node, zoom, tokens) {
  const height = headerHeight(node, zoom);
  context.fillStyle = tokens.header;
  context.fillRect(node.x, node.y, node.width, height);
  const own = colorOf(node.node);
  const colour = own ? (tokens.hues.get(own) ?? own) : zoom < SOCKETS_FROM && kindOf(node, tokens);
  if (!colour) return;
  context.globalAlpha = own ? TINT : KIND_TINT;
  context.fillStyle = colour;
  context.fillRect(node.x, node.y, node.width, height);
  context.globalAlpha = 1;
}

/** What is too far to be read is known by the colour of what it gives. @param {PlacedNode} node @param {Tokens} tokens */
function kindOf({ box }, tokens) {
  const [socket] = box.outputs.length ? box.outputs : box.inputs;
  return socket ? tokens.links.get(typeWord(socket.type)) : "";
}

/**
 * @param {CanvasRenderingContext2D} context @param {PlacedNode} node
 * @param {CanvasImageSource | null} picture
 */
function drawPicture(context, node, picture) {
  const place = node.box.picture;
  if (!picture || !place) return;
  context.drawImage(picture, node.x + 6, node.y + place.y, node.width - 12, place.height);
}

/** @param {CanvasRenderingContext2D} context @param {PlacedNode[]} nodes @param {Tokens} tokens */
function drawSockets(context, nodes, tokens) {
  /** @type {Map<string, Path2D>} */
  const paths = new Map();
  const add = (/** @type {string} */ type, /** @type {number} */ x, /** @type {number} */ y) => {
    const word = typeWord(type);
    entryOf(paths, word, () => new Path2D()).rect(x - 5, y - 5, 10, 10);
  };
  const fields = new Path2D();
  for (const node of nodes) {
    for (const { type, y, row } of node.box.inputs) if (!row || row.isLinked) add(type, node.x, node.y + y);
    for (const { type, y } of node.box.outputs) add(type, node.x + node.width, node.y + y);
    for (const { y, height } of node.box.widgets) {
      fields.rect(node.x + 10, node.y + y + 2, node.width - 20, Math.max(ROW, height) - 4);
    }
  }
  context.fillStyle = tokens.surface;
  context.fill(fields);
  for (const [word, path] of paths) {
    context.fillStyle = tokens.links.get(word) ?? tokens.faint;
    context.fill(path);
  }
}

/**
 * @param {CanvasRenderingContext2D} context @param {PlacedNode[]} nodes @param {number} zoom
 * @param {Tokens} tokens
 * @param {{ isSelected: (id: string) => boolean, stateOf: (id: string) => State }} about
 */
function drawOutlines(context, nodes, zoom, tokens, about) {
  /** @type {Map<string, Path2D>} */
  const paths = new Map();
  for (const each of nodes) {
    const state = about.stateOf(each.id);
    const colour = state ? tokens[state] : about.isSelected(each.id) ? tokens.accent : tokens.outline;
    entryOf(paths, colour, () => new Path2D()).rect(each.x, each.y, each.width, each.height);
  }
  for (const [colour, path] of paths) {
    context.lineWidth = (colour === tokens.outline ? 1 : 2.5) / zoom;
    context.strokeStyle = colour;
    context.stroke(path);
  }
}

/**
 * @param {CanvasRenderingContext2D} context @param {PlacedNode[]} nodes @param {number} zoom
 * @param {Tokens} tokens
 */
function drawTitles(context, nodes, zoom, tokens) {
  const size = titleSize(zoom);
  context.font = `600 ${size}px ${tokens.font}`;
  context.fillStyle = tokens.text;
  context.textBaseline = "middle";
  for (const each of nodes) {
    if (each.width < size * 2) continue;
    const title = each.node.title || each.spec.title;
    const fits = Math.floor((each.width - 12) / (size * 0.64));
    const shown = title.length > fits ? `${title.slice(0, Math.max(1, fits - 1))}…` : title;
    context.globalAlpha = each.node.mode ? OFF : 1;
    context.fillText(shown, each.x + 8, each.y + headerHeight(each, zoom) / 2);
  }
  context.globalAlpha = 1;
}
