// @ts-check
/** Sockets and ends of links: what a press there begins. */

import { t } from "../i18n.js";
import { withoutWays } from "../model/edits/dots.js";
import { inTurn } from "../model/edits/exposed.js";
import { disconnect } from "../model/edits/links.js";
import { inputSocket, outputSocket } from "../surface/link-fit.js";
import { railLinksAt } from "./rail-links.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../geometry/hit-test.js").Socket} Socket */
/** @typedef {import("../geometry/graph-index.js").PlacedLink} PlacedLink */
/** @typedef {import("../geometry/camera.js").Point} Point */

/** Pixels: a link that is pressed nearer to its end comes off there. */
const END_PX = 56;

/** @param {App} app @param {PlacedLink} link @returns {Socket | null} where it begins */
export function sourceSocket(app, link) {
  const node = app.canvas.index.nodes.get(link.from);
  const socket = node?.box.outputs[link.output];
  return node && socket ? outputSocket(node, socket) : null;
}

/** @param {App} app @param {PlacedLink} link @returns {Socket | null} where it ends */
export function endSocket(app, link) {
  const node = app.canvas.index.nodes.get(link.to);
  const socket = node?.box.inputs.find((each) => each.name === link.input);
  return node && socket ? inputSocket(node, socket) : null;
}

/** @param {App} app @param {Socket} socket @returns {PlacedLink[]} */
export function linksAt(app, socket) {
  const { index } = app.canvas;
  return [...index.linksOf(socket.node.id)]
    .flatMap((id) => index.links.get(id) ?? [])
    .filter((link) =>
      socket.kind === "input"
        ? link.to === socket.node.id && link.input === socket.input
        : link.from === socket.node.id && link.output === socket.output,
    );
}

/** @param {App} app @param {readonly { to: string, input: string }[]} links */
export const unlinked = ({ tab }, links) => [
  ...links.flatMap(({ to, input }) => disconnect(tab.level, to, input)),
  ...withoutWays(
    tab.level,
    tab.graph,
    links.map(({ to, input }) => ({ node: to, input })),
  ),
];

/** Remove all links of a socket. @param {App} app @param {Socket} socket */
export function unlinkSocket(app, socket) {
  const links = linksAt(app, socket);
  const withRails = railLinksAt(app, socket).map(({ remove }) => remove);
  app.tab.store.commit("edit.unlink", [
    ...unlinked(app, links),
    ...inTurn(app.tab.store.document, withRails.reverse()), // one that goes moves those after it
  ]);
  const count = links.length + withRails.length;
  if (count) app.say(t("say.unlinked", { count }));
}

/**
 * Say which end of a link was pressed: "from", "to", or "" for its middle.
 * @param {App} app @param {PlacedLink} link @param {Point} at
 */
export function pressedEnd(app, link, at) {
  const [from, to] = [sourceSocket(app, link)?.at, endSocket(app, link)?.at];
  if (!from || !to) return "";
  const [a, b] = [from, to].map((each) => Math.hypot(each.x - at.x, each.y - at.y));
  if (Math.min(a, b) > END_PX / app.canvas.camera.zoom) return "";
  return a < b ? "from" : "to";
}
