// @ts-check
/** What lies under a point of the graph. */

import { holds } from "./camera.js";
import { nearest } from "./link-curve.js";
import { HEADER } from "./node-box.js";

/** @typedef {import("./graph-index.js").GraphIndex} GraphIndex */
/** @typedef {import("./graph-index.js").PlacedNode} PlacedNode */
/** @typedef {import("./graph-index.js").PlacedLink} PlacedLink */
/** @typedef {import("./camera.js").Point} Point */
/**
 * @typedef {{ kind: "output", node: PlacedNode, output: number, type: string, at: Point }
 *   | { kind: "input", node: PlacedNode, input: string, type: string, at: Point }} Socket
 */
/**
 * @typedef {Socket
 *   | { kind: "header" | "body" | "corner", node: PlacedNode }
 *   | { kind: "note", id: string, part: "header" | "body" | "corner" }
 *   | { kind: "rail", socket: Socket }
 *   | { kind: "dot", id: string, at: Point }
 *   | { kind: "link", link: PlacedLink, at: Point, piece: number }
 *   | { kind: "frame" | "frame-corner", index: number }
 *   | { kind: "nothing" }} Hit
 */

/** Pixels: how near a pointer must be. */
export const SOCKET_PX = 10;
/** Graph units: sockets take no more than this around them, however far away one is; from farther none can be taken. */
const MOST_REACH = 16;
const SOCKETS_FROM = 0.2;
export const LINK_PX = 6;
export const CORNER_PX = 12;
export const DOT_PX = 9;

/**
 * Return the topmost thing at a point.
 * @param {GraphIndex} index @param {Point} at @param {number} zoom @param {number} [socket] pixels
 * @returns {Hit}
 */
export function hitTest(index, at, zoom, socket = SOCKET_PX) {
  const reach = zoom < SOCKETS_FROM ? 0 : Math.min(socket / zoom, Math.max(socket, MOST_REACH));
  let hit = /** @type {Hit | null} */ (null);
  for (const node of index.nodes.values()) {
    if (!isNear(node, at, reach)) continue;
    hit = socketAt(node, at, reach) ?? (holds(node, at) ? partOf(node, at, zoom) : hit);
  }
  return (
    hit ??
    railAt(index, at, reach) ??
    noteAt(index, at, zoom) ??
    spotAt(index, at, zoom) ??
    linkAt(index, at, zoom) ??
    frameAt(index, at, zoom) ?? { kind: "nothing" }
  );
}

/** Corners shrink with what they belong to when one looks from afar. @param {number} zoom */
const cornerAt = (zoom) => Math.min(CORNER_PX / zoom, MOST_REACH);

/** @param {PlacedNode} node @param {Point} at @param {number} reach */
const isNear = (node, at, reach) =>
  at.x >= node.x - reach &&
  at.x <= node.x + node.width + reach &&
  at.y >= node.y - reach &&
  at.y <= node.y + node.height + reach;

/**
 * Return the socket of a node that is nearest to a point, within reach.
 * @param {PlacedNode} node @param {Point} at @param {number} reach @returns {Socket | null}
 */
export function socketAt(node, at, reach) {
  /** @type {Socket | null} */
  let found = null;
  let least = reach;
  for (const { name, type, y } of node.box.inputs) {
    const place = { x: node.x, y: node.y + y };
    const distance = Math.hypot(place.x - at.x, place.y - at.y);
    if (distance < least) {
      least = distance;
      found = { kind: "input", node, input: name, type, at: place };
    }
  }
  for (const { index, type, y } of node.box.outputs) {
    const place = { x: node.x + node.width, y: node.y + y };
    const distance = Math.hypot(place.x - at.x, place.y - at.y);
    if (distance < least) {
      least = distance;
      found = { kind: "output", node, output: index, type, at: place };
    }
  }
  return found;
}

/** @param {PlacedNode} node @param {Point} at @param {number} zoom @returns {Hit} */
function partOf(node, at, zoom) {
  const corner = cornerAt(zoom);
  const isCorner = at.x > node.x + node.width - corner && at.y > node.y + node.height - corner;
  if (isCorner && !node.box.isCollapsed) return { kind: "corner", node };
  return { kind: at.y < node.y + HEADER ? "header" : "body", node };
}

/** @param {GraphIndex} index @param {Point} at @param {number} reach @returns {Hit | null} */
function railAt({ rails }, at, reach) {
  const socket = rails && (socketAt(rails.into, at, reach) ?? socketAt(rails.out, at, reach));
  return socket && { kind: "rail", socket };
}

/** @param {GraphIndex} index @param {Point} at @param {number} zoom @returns {Hit | null} */
function noteAt(index, at, zoom) {
  const corner = cornerAt(zoom);
  let hit = /** @type {Hit | null} */ (null);
  for (const note of index.drawing.notes.values()) {
    if (!holds(note, at)) continue;
    const isCorner = at.x > note.x + note.width - corner && at.y > note.y + note.height - corner;
    hit = {
      kind: "note",
      id: note.id,
      part: isCorner ? "corner" : at.y < note.y + HEADER ? "header" : "body",
    };
  }
  return hit;
}

/** @param {GraphIndex} index @param {Point} at @param {number} zoom @returns {Hit | null} */
function spotAt(index, at, zoom) {
  for (const spot of index.drawing.spots.values()) {
    const isHit = spot.isBox
      ? holds(spot, at)
      : Math.hypot(spot.x - at.x, spot.y - at.y) < Math.max(DOT_PX / zoom, DOT_PX);
    if (isHit) return { kind: "dot", id: spot.id, at: { x: spot.x, y: spot.y } };
  }
  return null;
}

/** @param {GraphIndex} index @param {Point} at @param {number} zoom @returns {Hit | null} */
export function linkAt(index, at, zoom) {
  const reach = LINK_PX / zoom;
  /** @type {Hit | null} */
  let found = null;
  let least = reach;
  for (const link of index.links.values()) {
    const { x, y, width, height } = link.box;
    const isFar =
      at.x < x - reach || at.y < y - reach || at.x > x + width + reach || at.y > y + height + reach;
    if (isFar || !link.curve.length) continue;
    const near = nearest(link.curve, at);
    if (near.distance < least) {
      least = near.distance;
      found = { kind: "link", link, at: near.point, piece: near.piece };
    }
  }
  return found;
}

/**
 * Frames are taken by their title bars and corners, so that what lies in them can be reached.
 * @param {GraphIndex} index @param {Point} at @param {number} zoom @returns {Hit | null}
 */
function frameAt(index, at, zoom) {
  const corner = cornerAt(zoom);
  for (const frame of index.drawing.frames.toReversed()) {
    if (!holds(frame, at)) continue;
    const isCorner = at.x > frame.x + frame.width - corner && at.y > frame.y + frame.height - corner;
    if (isCorner) return { kind: "frame-corner", index: frame.index };
    if (at.y < frame.y + FRAME_TITLE) return { kind: "frame", index: frame.index };
  }
  return null;
}

export const FRAME_TITLE = 34;
