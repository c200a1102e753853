// @ts-check
/** A stroke cuts the links that it crosses. */

import { crosses } from "../geometry/link-curve.js";
import { unlinked } from "./pressing.js";
import { stroking } from "./stroking.js";

/** @param {import("../app.js").App} app @param {import("./machine.js").Pointer} start */
export const cuttingLinks = (app, start) => {
  /** @type {Map<string, import("../geometry/graph-index.js").PlacedLink>} */
  const cut = new Map();
  return stroking(app, start, {
    name: "cutting-links",
    colour: (tokens) => tokens.bad,
    cross: (link, from, to) => {
      if (cut.has(link.id) || !crosses(link.curve, from, to)) return false;
      cut.set(link.id, link);
      return true;
    },
    look: () => ({ cut: new Set(cut.keys()) }),
    done: () => app.tab.store.commit("edit.cut", unlinked(app, [...cut.values()])),
  });
};

/** The next stroke cuts, as long as the key is held. @param {import("../app.js").App} app */
export function readyToCut(app) {
  /** @type {import("./machine.js").GestureState} */
  const state = {
    name: "ready-to-cut",
    cursor: "crosshair",
    down: (pointer) => (pointer.event.button === 0 ? cuttingLinks(app, pointer) : state),
    key: (event) => {
      if (event.key.toLowerCase() === "y") app.gestures.cancel();
    },
  };
  return state;
}
