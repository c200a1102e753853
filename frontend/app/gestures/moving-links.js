// @ts-check
/** The beginnings of links follow the pointer: all those of an output, or one that was pressed near its source. */

import { toGraph } from "../geometry/camera.js";
import { linkCurve } from "../geometry/link-curve.js";
import { connect } from "../model/edits/links.js";
import { reasonAgainst } from "../surface/link-fit.js";
import { colourOf, LINK_WIDTH, strokeCurve } from "../surface/links.js";
import { edgePan } from "./edge-pan.js";
import { targetAt } from "./link-target.js";
import { CLICK_PX } from "./machine.js";
import { endSocket, unlinked } from "./pressing.js";

/** @typedef {import("../geometry/hit-test.js").Socket} Socket */

/**
 * @param {import("../app.js").App} app @param {import("./machine.js").Pointer} start
 * @param {readonly import("../geometry/graph-index.js").PlacedLink[]} links
 * @returns {import("./machine.js").GestureState | null}
 */
export function movingLinks(app, start, links) {
  const { canvas, tab } = app;
  const { surface } = canvas;
  const ends = links.flatMap((link) => endSocket(app, link) ?? []);
  const [first] = ends;
  if (!first) return null;
  let last = start.pixel;
  /** @type {Socket | null} */
  let target = null;
  const pan = edgePan(app, () => place());

  function place() {
    const found = targetAt(app, first, toGraph(canvas.camera, last)).target;
    const fits = found && ends.every((each) => !reasonAgainst(tab.graph, each, found));
    target = fits ? found : null;
    surface.invalidate("overlay");
  }

  /** @type {import("../surface/surface.js").Painter} */
  function paint(context, camera, tokens) {
    const from = target?.at ?? toGraph(camera, last);
    context.lineWidth = LINK_WIDTH * 1.4;
    for (const [index, each] of ends.entries())
      strokeCurve(context, linkCurve(from, each.at, [], canvas.index.shape), colourOf(links[index], tokens));
  }

  surface.painters.add(paint);
  surface.lookAt({ hidden: new Set(links.map((each) => each.id)) });
  app.linking.value = first;
  /** @type {import("./machine.js").GestureState} */
  const state = {
    name: "moving-links",
    cursor: "crosshair",
    move: (pointer) => {
      last = pointer.pixel;
      pan.at(last);
      place();
      return state;
    },
    up: ({ moved }) => {
      if (moved < CLICK_PX) return null;
      if (target?.kind === "output") relink(app, links, target);
      else tab.store.commit("edit.unlink", unlinked(app, links));
      return null;
    },
    end: () => {
      pan.stop();
      surface.painters.delete(paint);
      surface.lookAt({ hidden: new Set() });
      app.linking.value = null;
      surface.invalidate("overlay");
    },
  };
  return state;
}

/**
 * @param {import("../app.js").App} app
 * @param {readonly import("../geometry/graph-index.js").PlacedLink[]} links
 * @param {Socket & { kind: "output" }} target
 */
function relink(app, links, target) {
  const { tab } = app;
  const moved = links.filter((each) => each.from !== target.node.id || each.output !== target.output);
  const name = target.node.box.outputs[target.output]?.name ?? "";
  const patches = moved.flatMap((each) =>
    connect(tab.level, each.to, each.input, [target.node.id, target.output, name]),
  );
  tab.store.commit("edit.link", [...unlinked(app, moved), ...patches]);
}
