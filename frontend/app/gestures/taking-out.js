// @ts-check
/**
 * Nodes that are taken out of the flow follow the pointer until a click puts them down, as Blender's Alt-D has it:
 * one entry of the history. Alt keeps them out of the links that they pass.
 */

import { t } from "../i18n.js";
import { takenOut } from "../model/edits/healing.js";
import { hintIn } from "../surface/hint.js";
import { loadOf } from "./load.js";
import { carrying } from "./moving.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("./machine.js").Pointer} Pointer */

/** Other buttons put nothing down. */
const MAIN = 0;

/** @param {App} app @param {readonly string[]} ids @returns {import("./machine.js").GestureState} */
export function takingOut(app, ids) {
  const taken = taking(app, ids);
  const hint = hintIn(app.canvas.surface.host);
  /** @type {ReturnType<typeof carrying> | null} */
  let carried = null;
  let isPressed = false;
  const follow = (/** @type {Pointer} */ pointer) => {
    carried ??= carrying(app, pointer, { kind: "nodes", id: ids[0] }, taken);
    carried.follow(pointer);
    hint.show(t("taking-out.hint"), pointer.pixel);
    return state;
  };
  /** @type {import("./machine.js").GestureState} */
  const state = {
    name: "taking-out",
    cursor: "grabbing",
    down: (pointer) => {
      if (pointer.event.button !== MAIN) return state;
      isPressed = true;
      // nor is what lies there pressed
      pointer.event.preventDefault();
      return follow(pointer);
    },
    move: follow,
    up: (pointer) => {
      if (!isPressed || pointer.event.button !== MAIN) return state;
      carried?.drop(pointer);
      app.canvas.surface.host.focus({ preventScroll: true });
      return null;
    },
    cancel: () => (carried ?? taken).giveUp(),
    end: () => {
      carried?.end();
      hint.remove();
    },
  };
  return state;
}

/** @param {App} app @param {readonly string[]} ids @returns {import("./moving.js").Changed} */
function taking(app, ids) {
  const { canvas, tab } = app;
  const root = tab.store.document;
  const before = tab.selection.now.peek();
  const patches = takenOut(tab.level, tab.graph, new Set(ids), (node) => canvas.index.specOf(node));
  tab.store.adjust(patches);
  tab.selection.set({ nodes: ids });
  const takeBack = () => tab.store.adjust([{ path: [], value: root }]);
  return {
    load: loadOf(canvas.index, tab.selection.now.peek()),
    keep(more) {
      takeBack();
      tab.store.commit("edit.take-out", [...patches, ...more]);
    },
    giveUp() {
      takeBack();
      tab.selection.now.value = before;
    },
  };
}
