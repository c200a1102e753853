// @ts-check
/** Alt-drag: copies of what is selected are dragged, and become one entry of the history when let go. */

import { copied } from "../model/clipboard.js";
import { pasted } from "../model/edits/paste.js";
import { applied } from "../model/patches.js";
import { dotsBetween, loadOf } from "./load.js";

/** @param {import("../app.js").App} app @returns {import("./moving.js").Changed | null} null where nothing can be copied */
export function duplicated(app) {
  const { tab } = app;
  const before = tab.selection.now.peek();
  const root = tab.store.document;
  const whole = loadOf(app.canvas.index, before, true);
  const clip = copied(root, tab.level, {
    nodes: new Set(whole.nodes),
    frames: new Set(whole.frames),
    notes: new Set(whole.notes),
  });
  if (!clip) return null;
  const { patches, nodes, frames, notes } = pasted(root, tab.level, clip, { x: 0, y: 0 });
  const { inverse } = applied(root, patches);
  tab.store.adjust(patches);
  tab.selection.set({ nodes, frames, notes });
  // what a run or a look has changed meanwhile stays
  const takeBack = () => tab.store.adjust(inverse);
  const dots = dotsBetween(app.canvas.index, new Set(nodes));
  return {
    load: { nodes, dots, notes, frames },
    keep(more) {
      const selected = tab.selection.now.peek();
      takeBack();
      tab.store.commit("edit.duplicate", [...patches, ...more]);
      tab.selection.now.value = selected;
    },
    giveUp() {
      takeBack();
      tab.selection.now.value = before;
    },
  };
}
