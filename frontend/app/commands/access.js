// @ts-check
/** The graph without a pointer: linking from a list. */

import { toScreen } from "../geometry/camera.js";
import { placedAt } from "../gestures/rail-links.js";
import { isRail } from "../model/subgraphs.js";
import { focusedNode } from "../surface/focusing.js";

/** @typedef {import("../app.js").App} App */

/** @type {import("./registry.js").Command[]} */
export const ACCESS = [
  {
    id: "link.connect",
    group: "link",
    keys: ["C"],
    menus: ["socket", "node"],
    when: (app, argument) => meant(app, argument).node !== "",
    run: (app, argument) => {
      const given = meant(app, argument);
      app.overlays.show({ kind: "link", at: besideNode(app, given.node), given });
    },
  },
];

/**
 * Return the socket or the node that is meant: of a menu, else with the keyboard, else the one selected.
 * @param {App} app @param {any} argument
 */
function meant(app, argument) {
  const hit = argument?.hit ?? argument;
  if (hit?.kind === "input" || hit?.kind === "output") return { node: hit.node.id, socket: hit };
  const { nodes } = app.tab.selection;
  const id = hit?.node?.id ?? (focusedNode() || (nodes.size === 1 ? [...nodes][0] : ""));
  return { node: app.tab.graph.nodes[id] || (isRail(id) && placedAt(app, id)) ? id : "" };
}

/** @param {App} app @param {string} id */
function besideNode(app, id) {
  const { camera, surface } = app.canvas;
  const { left, top } = surface.host.getBoundingClientRect();
  const placed = placedAt(app, id);
  const { x, y } = placed ? toScreen(camera, { x: placed.x + placed.width, y: placed.y }) : { x: 0, y: 0 };
  return { x: left + Math.max(8, x + 12), y: top + Math.max(8, y) };
}
