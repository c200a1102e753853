// @ts-check
/** While a link is dragged: sockets in the page that it fits light up, all others are dim. */

import { sidesOf } from "../geometry/rails.js";
import { barredFrom, whyNotAmong } from "../model/edits/links.js";
import { isRail } from "../model/subgraphs.js";

/** @typedef {import("../geometry/hit-test.js").Socket} Socket */
/** @typedef {import("../geometry/graph-index.js").PlacedNode} PlacedNode */

/** @type {WeakMap<Socket, ReadonlySet<string>>} nodes that would feed themselves, found once a drag */
const barred = new WeakMap();

/**
 * Say why no link may go from one socket to another: a key of the locale, or "" when it may.
 * @param {import("../model/document.js").Graph} graph @param {Socket} from  where it is dragged from
 * @param {Socket} to
 */
export function reasonAgainst(graph, from, to) {
  if (from.kind === to.kind) return "link.same";
  let among = barred.get(from);
  if (!among) {
    among = barredFrom(graph, from.node.id, from.kind === "output");
    barred.set(from, among);
  }
  const [output, input] = from.kind === "output" ? [from, to] : [to, from];
  return whyNotAmong(among, { node: from.node.id, other: to.node.id }, output.type, input.type);
}

/**
 * Mark the sockets of the nodes in the page, or take the marks away.
 * @param {import("../app.js").App} app @param {import("./canvas.js").Canvas} canvas @param {Socket | null} from
 */
export function showFit(app, canvas, from) {
  const { host, mounting } = canvas.surface;
  host.classList.toggle("is-linking", from !== null);
  for (const id of mounting.views.keys()) markNode(app, canvas, id, from);
  if (canvas.index.rails || canvas.surface.look.fits)
    canvas.surface.lookAt({ fits: from && fittingOnRails(app, canvas, from) });
}

/** From rail to rail nothing goes. @param {import("../app.js").App} app @param {import("./canvas.js").Canvas} canvas @param {Socket} from */
function fittingOnRails(app, canvas, from) {
  const sides = sidesOf(canvas.index).filter(({ id }) => !isRail(from.node.id) || id === from.node.id);
  return new Set(sides.flatMap((rail) => [...fitting(app, rail, from)].map((name) => `${rail.id} ${name}`)));
}

/**
 * @param {import("../app.js").App} app @param {import("./canvas.js").Canvas} canvas
 * @param {string} id @param {Socket | null} from
 */
export function markNode(app, canvas, id, from) {
  const placed = canvas.index.nodes.get(id);
  const element = canvas.surface.mounting.views.get(id)?.element;
  if (!placed || !element) return;
  const fits = from ? fitting(app, placed, from) : null;
  element.toggleAttribute("data-unfit", fits?.size === 0);
  for (const socket of element.querySelectorAll("[data-socket]")) {
    const name = /** @type {HTMLElement} */ (socket).dataset.socket ?? "";
    socket.classList.toggle("is-fit", fits?.has(name) ?? false);
  }
}

/** @param {import("../app.js").App} app @param {PlacedNode} placed @param {Socket} from @returns {Set<string>} */
function fitting(app, placed, from) {
  const { graph } = app.tab;
  const isOwn = placed.id === from.node.id;
  const inputs = placed.box.inputs.map((each) => inputSocket(placed, each));
  const outputs = placed.box.outputs.map((each) => outputSocket(placed, each));
  const found = (from.kind === "output" ? inputs : outputs).filter(
    (each) => !reasonAgainst(graph, from, each),
  );
  const names = new Set(found.map(nameOf));
  return isOwn ? names.add(nameOf(from)) : names;
}

/** @param {Socket} socket @returns {string} as in `data-socket` */
const nameOf = (socket) => `${socket.kind}:${socket.kind === "input" ? socket.input : socket.output}`;

/**
 * @param {PlacedNode} node @param {import("../geometry/node-box.js").InputSocket} socket
 * @returns {Socket & { kind: "input" }}
 */
export const inputSocket = (node, { name, type, y }) => ({
  kind: "input",
  node,
  input: name,
  type,
  at: { x: node.x, y: node.y + y },
});

/**
 * @param {PlacedNode} node @param {import("../geometry/node-box.js").OutputSocket} socket
 * @returns {Socket & { kind: "output" }}
 */
export const outputSocket = (node, { index, type, y }) => ({
  kind: "output",
  node,
  output: index,
  type,
  at: { x: node.x + node.width, y: node.y + y },
});
