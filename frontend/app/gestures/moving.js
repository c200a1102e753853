// @ts-check
/** What is selected follows the pointer. Nothing is in the document before it is let go. */

import { toGraph } from "../geometry/camera.js";
import { guidePainter } from "../surface/guides.js";
import { duplicated } from "./duplicating.js";
import { edgePan } from "./edge-pan.js";
import { insertedInto, linkUnder, roomMade } from "./inserting.js";
import { boxOfLoad, drawnOf, loadMoved, loadOf } from "./load.js";
import { CLICK_PX } from "./machine.js";
import { holding } from "./snapping.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("./machine.js").Pointer} Pointer */
/** @typedef {import("../model/patches.js").Patch} Patch */
/**
 * @typedef {{ load: import("./load.js").Load, keep: (more: Patch[]) => void, giveUp: () => void }} Changed
 *   what is dragged after a change that the same entry of the history holds
 */
/** @typedef {{ kind: "nodes" | "dots" | "notes", id: string } | { kind: "frames", id: number }} Grip  what was pressed */

/**
 * @param {App} app @param {Pointer} start @param {Grip} grip
 * @returns {import("./machine.js").GestureState}
 */
export function moving(app, start, grip) {
  const was = has(app, grip);
  const adds = isAdding(start.event);
  if (!was) select(app, grip, adds);
  /** @type {ReturnType<typeof carrying> | null} */
  let carried = null;
  /** @type {import("./machine.js").GestureState} */
  const state = {
    name: "moving",
    cursor: "grabbing",
    move: (pointer) => {
      if (pointer.moved < CLICK_PX && !carried) return state;
      carried ??= carrying(app, start, grip, start.event.altKey ? duplicated(app) : null);
      carried.follow(pointer);
      return state;
    },
    up: (pointer) => {
      if (carried) carried.drop(pointer);
      else if (was && adds) app.tab.selection.toggle(grip.id, grip.kind);
      else if (was) select(app, grip, false);
      return null;
    },
    cancel: () => carried?.giveUp(),
    end: () => carried?.end(),
  };
  return state;
}

/** @param {{ shiftKey: boolean, ctrlKey: boolean, metaKey: boolean }} event */
const isAdding = (event) => event.shiftKey || event.ctrlKey || event.metaKey;

/** @param {App} app @param {Grip} grip */
const has = (app, { kind, id }) =>
  /** @type {ReadonlySet<string | number>} */ (app.tab.selection.now.peek()[kind]).has(id);

/** @param {App} app @param {Grip} grip @param {boolean} adds */
function select(app, { kind, id }, adds) {
  if (adds) app.tab.selection.toggle(id, kind);
  else app.tab.selection.set({ [kind]: [id] });
}

/**
 * @param {App} app @param {Pointer} start @param {Grip} grip
 * @param {Changed | null} changed  dragged in place of what was pressed
 */
export function carrying(app, start, grip, changed) {
  const { canvas, tab } = app;
  const { surface } = canvas;
  const load = changed?.load ?? loadOf(canvas.index, tab.selection.now.peek());
  const drawn = drawnOf(load);
  const dot = grip.kind === "dots" ? canvas.index.drawing.spots.get(grip.id) : undefined;
  const box = boxOfLoad(canvas.index, load) ?? dot ?? { ...start.point, width: 0, height: 0 };
  const hold = holding(app, load, box);
  const only = load.nodes.length === 1 && !drawn.length ? load.nodes[0] : "";
  let step = /** @type {import("./snapping.js").Held} */ ({ dx: 0, dy: 0, guides: [] });
  let last = start;
  /** @type {import("../geometry/graph-index.js").PlacedLink | null} */
  let link = null;
  const pan = edgePan(app, () => place());
  const paint = guidePainter(() => step.guides);
  surface.painters.add(paint);
  canvas.hold(load.nodes);
  surface.host.classList.add("is-carrying");

  function place() {
    const at = toGraph(canvas.camera, last.pixel);
    step = hold(at.x - start.point.x, at.y - start.point.y, last.event);
    canvas.drag(load.nodes, step.dx, step.dy, drawn);
    link = only && !last.event.altKey ? linkUnder(app, only, at) : null;
    surface.lookAt({ lit: new Set(link ? [link.id] : []) });
    surface.invalidate("overlay");
  }

  return {
    follow(/** @type {Pointer} */ pointer) {
      last = pointer;
      if (pointer.event.buttons) pan.at(pointer.pixel);
      place();
    },
    drop(/** @type {Pointer} */ pointer) {
      last = pointer;
      place();
      const into = link && only ? { link, node: canvas.index.nodes.get(only) } : null;
      canvas.endDrag();
      const moved = step.dx || step.dy ? loadMoved(tab, load, step.dx, step.dy) : [];
      const more = into?.node
        ? [...moved, ...insertedInto(app, only, into.link), ...roomMade(app, into.node, into.link)]
        : moved;
      if (changed) changed.keep(more);
      else tab.store.commit(into?.node ? "edit.insert-on-link" : "edit.move", more);
    },
    giveUp() {
      canvas.endDrag();
      changed?.giveUp();
    },
    end() {
      pan.stop();
      canvas.hold([]);
      surface.host.classList.remove("is-carrying");
      surface.painters.delete(paint);
      surface.lookAt({ lit: new Set() });
      surface.invalidate("overlay");
    },
  };
}
