// @ts-check
/** What can be done with a socket, as a list: link it, replace its link, end it, put a node into it. */

import { sidesOf } from "../geometry/rails.js";
import { join } from "../gestures/dragging-link.js";
import { unlinked } from "../gestures/pressing.js";
import { isOnRail, placedAt, railLinksAt } from "../gestures/rail-links.js";
import { nameOf, socketName } from "../gestures/socket-names.js";
import { t } from "../i18n.js";
import { withoutWays } from "../model/edits/dots.js";
import { insertNode } from "../model/edits/insert.js";
import { barredFrom, connect, fittingOutputs } from "../model/edits/links.js";
import { freshNode, inputsOf } from "../model/schema.js";
import { typesFit } from "../model/types.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../geometry/hit-test.js").Socket} Socket */
/** @typedef {import("../geometry/graph-index.js").PlacedNode} PlacedNode */
/** @typedef {import("../geometry/graph-index.js").PlacedLink} PlacedLink */
/** @typedef {import("../model/patches.js").Patch} Patch */
/** @typedef {{ title: string, options: () => Option[] }} Step */
/** @typedef {{ label: string, hint?: string, run: () => Step | void }} Option */
/** @typedef {(title: string, options: () => Option[]) => Step} MakeStep */

/** @param {PlacedNode} node @param {string} name @returns {Socket | null} */
export function inputSocket(node, name) {
  const found = node.box.inputs.find((each) => each.name === name);
  if (!found) return null;
  return { kind: "input", node, input: name, type: found.type, at: { x: node.x, y: node.y + found.y } };
}

/** @param {PlacedNode} node @param {number} output @returns {Socket | null} */
export function outputSocket(node, output) {
  const found = node.box.outputs[output];
  if (!found) return null;
  return {
    kind: "output",
    node,
    output,
    type: found.type,
    at: { x: node.x + node.width, y: node.y + found.y },
  };
}

/**
 * Return every socket of a node or a rail, with what it is linked to.
 * @param {App} app @param {string} id @returns {{ label: string, hint: string, socket: Socket }[]}
 */
export function socketsOf(app, id) {
  const node = placedAt(app, id);
  if (!node) return [];
  const sockets = [
    ...node.box.outputs.map((each) => outputSocket(node, each.index)),
    ...node.box.inputs.map((each) => inputSocket(node, each.name)),
  ];
  return sockets.flatMap((socket) => {
    if (!socket) return [];
    const kind = t(socket.kind === "output" ? "link.output" : "link.input");
    return [{ label: `${kind} ${socketName(socket)}`, hint: linkedText(app, socket) || socket.type, socket }];
  });
}

/** Return what a socket is linked to, in words; "" when to nothing. @param {App} app @param {Socket} socket */
export function linkedText(app, socket) {
  const names = [
    ...linksAt(app, socket).map((link) => otherEnd(app, link, socket)),
    ...railLinksAt(app, socket).map(({ other }) => fullName(other)),
  ];
  if (names.length > 1) return t("link.linked-many", { count: names.length });
  return names.length ? t("link.linked-to", { name: names[0] }) : "";
}

/** @param {App} app @param {Socket} socket @returns {PlacedLink[]} */
export function linksAt(app, socket) {
  const { index } = app.canvas;
  const { id } = socket.node;
  return [...index.linksOf(id)].flatMap((linkId) => {
    const link = index.links.get(linkId);
    const isHere =
      link &&
      (socket.kind === "input"
        ? link.to === id && link.input === socket.input
        : link.from === id && link.output === socket.output);
    return link && isHere ? [link] : [];
  });
}

/** @param {Socket} socket */
const fullName = (socket) => `${nameOf(socket.node)}, ${socketName(socket)}`;

/** @param {App} app @param {PlacedLink} link @param {Socket} socket */
function otherEnd(app, link, socket) {
  const { nodes } = app.canvas.index;
  const isInput = socket.kind === "input";
  const node = nodes.get(isInput ? link.from : link.to);
  if (!node) return isInput ? link.from : link.to;
  const end = isInput ? outputSocket(node, link.output) : inputSocket(node, link.input);
  return end ? fullName(end) : nameOf(node);
}

/**
 * Return all that can be done with a socket: ends and insertions first, then fitting sockets, nearest first.
 * @param {App} app @param {Socket} socket @param {MakeStep} makeStep @returns {Option[]}
 */
export function optionsFor(app, socket, makeStep) {
  const links = linksAt(app, socket);
  return [
    ...links.map((link) => unlinkOption(app, otherEnd(app, link, socket), () => unlinked(app, [link]))),
    ...railLinksAt(app, socket).map(({ other, remove }) => unlinkOption(app, fullName(other), remove)),
    ...links.slice(0, 1).map((link) => insertOption(app, link, makeStep)),
    ...fittingSockets(app, socket).map((other) => linkOption(app, socket, other)),
    ...(isOnRail(socket) ? [] : [newNodeOption(app, socket)]),
  ];
}

/** @param {App} app @param {string} name  of the other end @param {() => Patch[]} remove @returns {Option} */
function unlinkOption(app, name, remove) {
  return {
    label: t("link.unlink", { name }),
    run: () => {
      app.tab.store.commit("edit.unlink", remove());
      app.say(t("say.unlinked-from", { name }));
    },
  };
}

/** @param {App} app @param {Socket} socket @param {Socket} other @returns {Option} */
function linkOption(app, socket, other) {
  const end = other.kind === "input" ? other : socket;
  const isTaken = other.kind === "input" && linksAt(app, end).length + railLinksAt(app, end).length > 0;
  return {
    label: `${nameOf(other.node)}: ${socketName(other)}`,
    hint: isTaken ? t("link.replaces") : other.type,
    run: () => join(app, socket, other),
  };
}

/** @param {App} app @param {Socket} socket @returns {Option} */
const newNodeOption = (app, socket) => ({
  label: t("link.new-node"),
  run: () => {
    const { left, top } = app.canvas.surface.host.getBoundingClientRect();
    const { x, y, zoom } = app.canvas.camera;
    const at = { x: socket.at.x + (socket.kind === "output" ? 80 : -80), y: socket.at.y };
    const event = { clientX: left + (at.x - x) * zoom, clientY: top + (at.y - y) * zoom, shiftKey: false };
    // once this list is closed, which gives the focus back
    setTimeout(() => app.commands.run(app, "search.linked", { from: socket, at, event }));
  },
});

/** @param {App} app @param {PlacedLink} link @param {MakeStep} makeStep @returns {Option} */
function insertOption(app, link, makeStep) {
  const options = () =>
    [...app.schema.peek().values()]
      .filter((spec) => !spec.deprecated && fitsInto(spec, link.type))
      .map((spec) => ({ label: spec.title, hint: spec.category, run: () => insert(app, link, spec) }));
  return { label: t("link.insert"), run: () => makeStep(t("link.insert"), options) };
}

/** @param {import("../model/schema.js").NodeSpec} spec @param {string} type */
function fitsInto(spec, type) {
  const isExact = (/** @type {string} */ each) => each.toUpperCase() === type.toUpperCase();
  const inputs = (spec.inputs ?? []).some((each) => isExact(each.type));
  return inputs && (spec.outputs ?? []).some((each) => isExact(each.type));
}

/** @param {App} app @param {PlacedLink} link @param {import("../model/schema.js").NodeSpec} spec */
function insert(app, link, spec) {
  const { tab, canvas } = app;
  const [from, to] = [
    canvas.index.outputAt(link.from, link.output),
    canvas.index.inputAt(link.to, link.input),
  ];
  if (!from || !to) return;
  const at = { x: (from.x + to.x) / 2 - 120, y: (from.y + to.y) / 2 };
  const { patches, id } = insertNode(tab.level, tab.graph, spec, at, {
    taken: [...canvas.index.nodes.values()],
  });
  const inputs = inputsOf(spec, freshNode(spec, 0, 0));
  const input = inputs.find((each) => typesFit(link.type, each.type) && !each.widget);
  const output = fittingOutputs(spec, link.type)[0];
  if (!input || output === undefined) return;
  const source = tab.graph.nodes[link.to].links?.[link.input];
  if (!source) return;
  const name = spec.outputs?.[output]?.name ?? "";
  tab.store.commit("edit.insert-on-link", [
    ...patches,
    ...withoutWays(tab.level, tab.graph, [{ node: link.to, input: link.input }]),
    ...connect(tab.level, id, input.name, source),
    ...connect(tab.level, link.to, link.input, [id, output, name]),
  ]);
  tab.selection.set({ nodes: [id] });
  app.say(t("say.inserted", { name: spec.title }));
}

/**
 * Return the sockets that one may be linked to, nearest first.
 * @param {App} app @param {Socket} socket @returns {Socket[]}
 */
function fittingSockets(app, socket) {
  const { index, graph } = app.canvas;
  const never = barredFrom(graph, socket.node.id, socket.kind === "output");
  /** @type {Socket[]} */
  const found = [];
  for (const node of [...index.nodes.values(), ...(isOnRail(socket) ? [] : sidesOf(index))]) {
    if (never.has(node.id)) continue;
    const all = socket.kind === "output" ? node.box.inputs : node.box.outputs;
    for (const each of all) {
      const fits =
        socket.kind === "output" ? typesFit(socket.type, each.type) : typesFit(each.type, socket.type);
      const other = fits && ("index" in each ? outputSocket(node, each.index) : inputSocket(node, each.name));
      if (other) found.push(other);
    }
  }
  const far = (/** @type {Socket} */ { at }) => Math.hypot(at.x - socket.at.x, at.y - socket.at.y);
  const isVague = (/** @type {Socket} */ each) => Number(each.type === "*");
  return found.sort((a, b) => isVague(a) - isVague(b) || far(a) - far(b));
}
