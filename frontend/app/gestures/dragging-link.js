// @ts-check
/** A link follows the pointer from a socket, drawn to the nearest one that fits. */

import { toGraph } from "../geometry/camera.js";
import { linkCurve } from "../geometry/link-curve.js";
import { t } from "../i18n.js";
import { withoutWays } from "../model/edits/dots.js";
import { connect } from "../model/edits/links.js";
import { hintIn } from "../surface/hint.js";
import { colourOf, LINK_WIDTH, strokeCurve } from "../surface/links.js";
import { edgePan } from "./edge-pan.js";
import { targetAt } from "./link-target.js";
import { CLICK_PX } from "./machine.js";
import { linksAt, sourceSocket, unlinked } from "./pressing.js";
import { isOnRail, railLinked, railLinkInto } from "./rail-links.js";
import { nameOf, socketName } from "./socket-names.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("./machine.js").Pointer} Pointer */
/** @typedef {import("../geometry/hit-test.js").Socket} Socket */
/** @typedef {import("../geometry/graph-index.js").PlacedLink} PlacedLink */

/**
 * @param {App} app @param {Pointer} start @param {Socket} pressed
 * @returns {import("./machine.js").GestureState}
 */
export function draggingLink(app, start, pressed) {
  const loose = pressed.kind === "input" ? (linksAt(app, pressed)[0] ?? null) : null;
  const taken = loose ? null : railLinkInto(app, pressed);
  const from = taken?.from ?? (loose && sourceSocket(app, loose)) ?? pressed;
  const hidden = loose ?? taken;
  const drawn = drawing(app, start, from, hidden ? [hidden.id] : []);
  let isFirst = true;
  /** @type {import("./machine.js").GestureState} */
  const state = {
    name: "dragging-link",
    cursor: "crosshair",
    down: (pointer) => {
      drawn.follow(pointer);
      return state;
    },
    move: (pointer) => {
      drawn.follow(pointer);
      return state;
    },
    up: (pointer) => {
      const isTap = pointer.moved < CLICK_PX;
      if (isTap && isFirst && pointer.event.pointerType === "touch") {
        isFirst = false;
        return state; // a tap on a socket waits for a tap on another
      }
      const target = isTap && isFirst ? null : drawn.target();
      if (target) join(app, from, target, loose, taken);
      else if (isTap) return null;
      else if (taken) app.tab.store.commit("edit.unlink", taken.remove());
      else if (loose) app.tab.store.commit("edit.unlink", unlinked(app, [loose]));
      else if (!isOnRail(from))
        app.commands.run(app, "search.linked", { from, at: pointer.point, event: pointer.event });
      return null;
    },
    end: () => drawn.end(),
  };
  return state;
}

/**
 * The link as it is drawn meanwhile.
 * @param {App} app @param {Pointer} start @param {Socket} from @param {readonly string[]} hidden  links that it stands for
 */
function drawing(app, start, from, hidden) {
  const { canvas } = app;
  const { surface } = canvas;
  let last = start.pixel;
  /** @type {Socket | null} */
  let target = null;
  const hint = hintIn(surface.host);
  const pan = edgePan(app, () => place());

  /** @type {import("../surface/surface.js").Painter} */
  function paint(context, camera, tokens) {
    const to = target?.at ?? toGraph(camera, last);
    const ends = from.kind === "output" ? [from.at, to] : [to, from.at];
    context.lineWidth = LINK_WIDTH * 1.4;
    context.lineCap = "round";
    strokeCurve(context, linkCurve(ends[0], ends[1], [], canvas.index.shape), colourOf(from, tokens));
    if (!target) return;
    context.beginPath();
    context.arc(target.at.x, target.at.y, 9, 0, 2 * Math.PI);
    context.lineWidth = 2;
    context.strokeStyle = tokens.accent;
    context.stroke();
  }

  function place() {
    const found = targetAt(app, from, toGraph(canvas.camera, last));
    target = found.target;
    hint.show(found.reason, last);
    surface.invalidate("overlay");
  }

  surface.painters.add(paint);
  surface.lookAt({ hidden: new Set(hidden) });
  app.linking.value = from;
  return {
    follow(/** @type {Pointer} */ pointer) {
      last = pointer.pixel;
      if (pointer.event.buttons) pan.at(last);
      place();
    },
    target: () => target,
    end() {
      pan.stop();
      hint.remove();
      surface.painters.delete(paint);
      surface.lookAt({ hidden: new Set() });
      app.linking.value = null;
      surface.invalidate("overlay");
    },
  };
}

/**
 * @param {App} app @param {Socket} a @param {Socket} b
 * @param {PlacedLink | null} [loose]  the link that was taken off
 * @param {import("./rail-links.js").RailLink | null} [taken]  the same, with a rail
 */
export function join(app, a, b, loose = null, taken = null) {
  const { tab } = app;
  const [from, to] = a.kind === "output" ? [a, b] : [b, a];
  if (from.kind !== "output" || to.kind !== "input") return;
  const off = loose ? unlinked(app, [loose]) : [];
  const words = {
    from: nameOf(from.node),
    output: socketName(from),
    to: nameOf(to.node),
    input: socketName(to),
  };
  if (isOnRail(from) || isOnRail(to)) {
    tab.store.commit("edit.link", [...off, ...railLinked(app, from, to, taken)]);
    app.say(t("say.linked", words));
    return;
  }
  const before = tab.graph.nodes[to.node.id]?.links?.[to.input];
  if (before?.[0] === from.node.id && before[1] === from.output) return;
  const name = from.node.box.outputs[from.output]?.name ?? "";
  tab.store.commit("edit.link", [
    ...off,
    ...((taken ?? railLinkInto(app, to))?.remove() ?? []),
    ...withoutWays(tab.level, tab.graph, [{ node: to.node.id, input: to.input }]),
    ...connect(tab.level, to.node.id, to.input, [from.node.id, from.output, name]),
  ]);
  app.say(t("say.linked", words));
}
