// @ts-check
/**
 * Fingers: one pans, a second one zooms; held on a node it moves the node, held still it opens the
 * menu; a tap selects.
 */

import { panned, zoomed } from "../geometry/camera.js";
import { CLICK_PX } from "./machine.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("./machine.js").Pointer} Pointer */
/** @typedef {import("./machine.js").GestureState} GestureState */
/** @typedef {import("../geometry/camera.js").Point} Point */

/** A finger that rests so long takes hold of what is under it. */
const HOLD_MS = 280;
/** And so long asks for the menu. */
const MENU_MS = 650;

/**
 * @param {App} app @param {Pointer} start @param {import("../geometry/hit-test.js").Hit} hit
 * @param {(hit: import("../geometry/hit-test.js").Hit) => GestureState | null} grip  what begins when a finger is held there
 * @returns {GestureState}
 */
export function touching(app, start, hit, grip) {
  const { surface } = app.canvas;
  const { camera } = surface;
  let held = /** @type {GestureState | null} */ (null);
  let isPanning = false;
  let last = start;
  const holdTimer = setTimeout(() => {
    if (!isPanning) held = grip(hit);
    if (held) surface.host.classList.add("is-held");
  }, HOLD_MS);
  const menuTimer = setTimeout(() => {
    app.gestures.cancel();
    app.commands.run(app, "menu.open", { hit, event: start.event });
  }, MENU_MS);
  const leave = () => {
    clearTimeout(holdTimer);
    clearTimeout(menuTimer);
    surface.host.classList.remove("is-held");
  };
  /** @type {GestureState} */
  const state = {
    name: "touching",
    down: (pointer) => {
      held?.cancel?.();
      held?.end?.();
      held = null;
      return pinching(app, last, pointer);
    },
    move: (pointer) => {
      last = pointer;
      if (pointer.moved < 2 * CLICK_PX && !isPanning) return state;
      clearTimeout(menuTimer);
      if (held) return passedOn(held, pointer);
      isPanning = true;
      surface.lookFrom(panned(camera, pointer.pixel.x - start.pixel.x, pointer.pixel.y - start.pixel.y));
      return state;
    },
    up: (pointer) => {
      const tapped = isPanning ? null : (held ?? grip(hit));
      held = null;
      if (tapped) {
        tapped.up?.({ ...pointer, moved: 0 });
        tapped.end?.();
      } else if (!isPanning) app.tab.selection.clear();
      return null;
    },
    cancel: () => {
      if (held) held.cancel?.();
      if (isPanning) surface.lookFrom(camera);
    },
    end: () => {
      leave();
      if (held && app.gestures.state === state) held.end?.();
    },
  };

  /** @param {GestureState} next @param {Pointer} pointer */
  function passedOn(next, pointer) {
    held = null;
    return next.move?.(pointer) ?? next;
  }
  return state;
}

/**
 * Two fingers pan and zoom at once; the graph stays under them.
 * @param {App} app @param {Pointer} first @param {Pointer} second @returns {GestureState}
 */
function pinching(app, first, second) {
  const { surface } = app.canvas;
  const before = surface.camera;
  /** @type {Map<number, Point>} */
  const fingers = new Map([
    [first.event.pointerId, first.pixel],
    [second.event.pointerId, second.pixel],
  ]);
  let { middle, apart } = spanOf(fingers);
  /** @type {GestureState} */
  const state = {
    name: "pinching",
    down: () => state,
    move: ({ event, pixel }) => {
      if (!fingers.has(event.pointerId)) return state;
      fingers.set(event.pointerId, pixel);
      const now = spanOf(fingers);
      const camera = panned(surface.camera, now.middle.x - middle.x, now.middle.y - middle.y);
      const factor = fingers.size > 1 ? now.apart / Math.max(1, apart) : 1;
      surface.lookFrom(zoomed(camera, now.middle, factor));
      ({ middle, apart } = now);
      return state;
    },
    up: ({ event }) => {
      fingers.delete(event.pointerId);
      if (!fingers.size) return null;
      ({ middle, apart } = spanOf(fingers)); // the finger that stays pans
      return state;
    },
    cancel: () => surface.lookFrom(before),
  };
  return state;
}

/** @param {ReadonlyMap<number, Point>} fingers */
function spanOf(fingers) {
  const [a, b = a] = [...fingers.values()];
  return { middle: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }, apart: Math.hypot(b.x - a.x, b.y - a.y) };
}
