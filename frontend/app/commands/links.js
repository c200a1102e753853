// @ts-check
/** Links and reroute dots. */

import { readyToCut } from "../gestures/cutting-links.js";
import { crossingOf, putDots } from "../gestures/dotting-links.js";
import { unlinked, unlinkSocket } from "../gestures/pressing.js";
import { t } from "../i18n.js";
import { withoutWays } from "../model/edits/dots.js";
import { connect, swapped } from "../model/edits/links.js";
import { pairsOf } from "../model/edits/pairing.js";
import { areOthersFaint } from "../surface/link-looks.js";
import { hitOf } from "./targets.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../model/document.js").WorkflowDocument} WorkflowDocument */
/** @typedef {import("../model/patches.js").Patch} Patch */

/** What the key has linked last, so that again is the next best for the same nodes. */
const paired = { document: /** @type {WorkflowDocument | null} */ (null), nodes: "", round: 0 };

/** Link what is selected from left to right. @param {App} app */
function pair(app) {
  const { canvas, tab } = app;
  const chosen = [...tab.selection.nodes].sort().join(" ");
  const isAgain = paired.document === tab.store.document && paired.nodes === chosen;
  const round = isAgain ? paired.round + 1 : 0;
  if (isAgain) tab.store.undo();
  const nodes = [...tab.selection.nodes]
    .flatMap((id) => canvas.index.nodes.get(id) ?? [])
    .sort((a, b) => a.x - b.x || a.y - b.y);
  const patches = nodes.slice(1).flatMap(({ id }, index) => {
    const pairs = pairsOf(tab.graph, nodes[index].id, id, (node) => canvas.index.specOf(node));
    const best = pairs[round % Math.max(1, pairs.length)];
    if (!best) return [];
    return [
      ...withoutWays(tab.level, tab.graph, [{ node: best.to, input: best.input }]),
      ...connect(tab.level, best.to, best.input, [best.from, best.output, best.name]),
    ];
  });
  if (!patches.length) app.notices.tell(t("link.no-pair"));
  tab.store.commit("edit.link", patches);
  paired.document = patches.length ? tab.store.document : null;
  paired.nodes = chosen;
  paired.round = round;
}

/** @param {App} app @param {any} argument */
function removeLink(app, argument) {
  const hit = hitOf(argument);
  if (hit?.kind === "link") app.tab.store.commit("edit.unlink", unlinked(app, [hit.link]));
}

/** @param {App} app @param {any} argument */
function putDot(app, argument) {
  const hit = hitOf(argument);
  if (hit?.kind !== "link") return;
  app.tab.selection.set({ dots: putDots(app, [crossingOf(app, hit.link, hit.at)]) });
}

/** Two inputs of a node that take each other's links change them. @param {App} app @param {any} argument */
function swapInputs(app, argument) {
  const hit = hitOf(argument);
  const { tab } = app;
  if (hit?.kind !== "input") return;
  const inputs = hit.node.box.inputs.filter((each) => each.type === hit.type && !each.row);
  const place = inputs.findIndex((each) => each.name === hit.input);
  const other = inputs[place + 1] ?? inputs[place - 1];
  if (!other) return;
  tab.store.commit("edit.swap", swapped(tab.level, tab.graph, hit.node.id, hit.input, other.name));
}

/** @param {App} _ @param {any} argument */
const isSwappable = (_, argument) => {
  const hit = hitOf(argument);
  if (hit?.kind !== "input") return false;
  return hit.node.box.inputs.filter((each) => each.type === hit.type && !each.row).length > 1;
};

/** @param {App} app */
function toggleRoom(app) {
  const isOn = !app.settings.get("makeRoom");
  app.settings.set("makeRoom", isOn);
  app.notices.tell(t(isOn ? "link.room-on" : "link.room-off"));
}

/** @type {import("./registry.js").Command[]} */
export const LINKS = [
  { id: "link.pair", group: "link", keys: ["F"], when: (app) => app.tab.selection.nodes.size > 1, run: pair },
  {
    id: "link.cut",
    group: "link",
    keys: ["Y"],
    when: (app) => app.gestures.isIdle,
    run: (app) => app.gestures.begin(readyToCut(app)),
  },
  {
    id: "link.only-selection",
    group: "link",
    keys: ["Alt+H"],
    isOn: () => areOthersFaint.value,
    run: () => {
      areOthersFaint.value = !areOthersFaint.peek();
    },
  },
  {
    id: "link.make-room",
    group: "link",
    keys: ["T"],
    isOn: (app) => app.settings.get("makeRoom"),
    run: toggleRoom,
  },
  ...["curve", "straight", "right-angled", "hidden"].map((shape) => ({
    id: `link.shape-${shape}`,
    group: /** @type {const} */ ("link"),
    isOn: (/** @type {App} */ app) => app.settings.get("linkShape") === shape,
    run: (/** @type {App} */ app) => app.settings.set("linkShape", shape),
  })),
  {
    id: "link.dot",
    group: "link",
    menus: ["link"],
    when: (_, argument) => hitOf(argument)?.kind === "link",
    run: putDot,
  },
  { id: "double-click.link", group: "link", isHidden: true, run: putDot },
  {
    id: "link.remove",
    group: "link",
    menus: ["link"],
    when: (_, argument) => hitOf(argument)?.kind === "link",
    run: removeLink,
  },
  { id: "link.swap", group: "link", menus: ["socket"], when: isSwappable, run: swapInputs },
  {
    id: "socket.unlink",
    group: "link",
    menus: ["socket"],
    when: (_, argument) => ["input", "output"].includes(hitOf(argument)?.kind ?? ""),
    run: (app, argument) => {
      const hit = hitOf(argument);
      if (hit?.kind === "input" || hit?.kind === "output") unlinkSocket(app, hit);
    },
  },
];
