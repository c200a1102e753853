// @ts-check
/** Where a dragged link would end: the nearest socket that fits within the magnet, else the best one of the node under the pointer. */

import { holds } from "../geometry/camera.js";
import { socketAt } from "../geometry/hit-test.js";
import { sidesOf } from "../geometry/rails.js";
import { t } from "../i18n.js";
import { isRail } from "../model/subgraphs.js";
import { inputSocket, outputSocket, reasonAgainst } from "../surface/link-fit.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../geometry/hit-test.js").Socket} Socket */
/** @typedef {import("../geometry/graph-index.js").PlacedNode} PlacedNode */
/** @typedef {import("../geometry/camera.js").Point} Point */

/** Pixels: sockets nearer than this draw the link to them. */
export const MAGNET_PX = 24;

/**
 * @param {App} app @param {Socket} from @param {Point} at  of the pointer
 * @returns {{ target: Socket | null, reason: string }} reason: why what is under the pointer does not fit
 */
export function targetAt(app, from, at) {
  const { index, camera, graph } = app.canvas;
  const rails = isRail(from.node.id) ? [] : sidesOf(index);
  const reach = MAGNET_PX / camera.zoom;
  /** @type {Socket | null} */
  let best = null;
  /** @type {PlacedNode | null} */
  let under = null;
  let least = reach;
  let reason = "";
  for (const node of [...index.nodes.values(), ...rails]) {
    if (!isNear(node, at, reach)) continue;
    if (holds(node, at) && !rails.includes(node)) under = node;
    for (const each of socketsOf(node, from)) {
      const far = Math.hypot(each.at.x - at.x, each.at.y - at.y);
      if (far < least && !reasonAgainst(graph, from, each)) [best, least] = [each, far];
    }
    const met = socketAt(node, at, reach / 2);
    if (met && !isSame(met, from)) reason = reasonText(reasonAgainst(graph, from, met), from, met);
  }
  if (best) return { target: best, reason: "" };
  if (reason || !under || under.id === from.node.id) return { target: null, reason };
  const target = bestOf(app, under, from, at);
  return { target, reason: target ? "" : reasonText("link.none", from, from) };
}

/** @param {Socket} a @param {Socket} b */
const isSame = (a, b) => a.kind === b.kind && a.node.id === b.node.id && a.at.y === b.at.y;

/** @param {string} key @param {Socket} from @param {Socket} to */
function reasonText(key, from, to) {
  const [given, wanted] = from.kind === "output" ? [from.type, to.type] : [to.type, from.type];
  return key ? t(key, { given, wanted }) : "";
}

/** @param {PlacedNode} node @param {Point} at @param {number} reach */
const isNear = (node, at, reach) =>
  at.x > node.x - reach &&
  at.x < node.x + node.width + reach &&
  at.y > node.y - reach &&
  at.y < node.y + node.height + reach;

/** @param {PlacedNode} node @param {Socket} from @returns {Socket[]} of the other kind */
const socketsOf = (node, from) =>
  from.kind === "output"
    ? node.box.inputs.map((each) => inputSocket(node, each))
    : node.box.outputs.map((each) => outputSocket(node, each));

/**
 * Return the widget under the pointer if it takes the link, else the nearest free socket, else the nearest.
 * @param {App} app @param {PlacedNode} node @param {Socket} from @param {Point} at @returns {Socket | null}
 */
function bestOf(app, node, from, at) {
  const { graph } = app.canvas;
  const fitting = socketsOf(node, from).filter((each) => !reasonAgainst(graph, from, each));
  const row = node.box.widgets.find(
    (each) => at.y >= node.y + each.y && at.y < node.y + each.y + each.height,
  );
  const onRow = fitting.find((each) => each.kind === "input" && each.input === row?.input.name);
  if (onRow) return onRow;
  const rank = (/** @type {Socket} */ each) => costOf(node, from, each) + Math.abs(each.at.y - at.y);
  return fitting.sort((a, b) => rank(a) - rank(b))[0] ?? null;
}

const FAR = 100_000;

/** Free sockets come before linked ones, sockets before widgets, the same type before any. @param {PlacedNode} node @param {Socket} from @param {Socket} socket */
function costOf(node, from, socket) {
  if (socket.kind === "output") return socket.type === from.type ? 0 : FAR;
  const isLinked = node.node.links?.[socket.input] !== undefined;
  const isWidget = node.box.widgets.some((each) => each.input.name === socket.input);
  const isOther = socket.type.toUpperCase() !== from.type.toUpperCase();
  return (isLinked ? 4 * FAR : 0) + (isWidget ? 2 * FAR : 0) + (isOther ? FAR : 0);
}
