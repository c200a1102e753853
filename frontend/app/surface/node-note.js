// @ts-check
/** What a node has to say about its type, below it: that nobody describes it, or that it has changed. */

import { t } from "../i18n.js";
import { SUBGRAPH } from "../model/schema.js";
import { iconElement } from "../ui/icons.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../geometry/graph-index.js").PlacedNode} PlacedNode */

/** @param {PlacedNode} placed @returns {"" | "missing" | "newer" | "older"} newer: there is a newer version than the node's */
function noteOf({ node, spec }) {
  if (spec.is_missing) return "missing";
  const version = node.version ?? 1;
  if (version === spec.version || node.type.startsWith(SUBGRAPH)) return "";
  return version < spec.version ? "newer" : "older";
}

/**
 * Show a node's note, or take it away.
 * @param {App} app @param {HTMLElement} element  of the node @param {PlacedNode} placed
 */
export function showNote(app, element, placed) {
  const kind = noteOf(placed);
  const old = element.querySelector(":scope > .node-note");
  if (!kind) return old?.remove();
  if (old instanceof HTMLElement && old.dataset.note === kind) return undefined;
  old?.remove();
  const note = document.createElement("button");
  note.type = "button";
  note.tabIndex = -1;
  note.className = `node-note is-${kind}`;
  note.dataset.note = kind;
  const words = document.createElement("span");
  words.textContent = t(`note.${kind}`, { type: placed.node.type });
  note.append(iconElement(kind === "missing" ? "error" : "refresh"), words);
  // the surface takes presses for its own
  note.addEventListener("pointerdown", (event) => event.stopPropagation());
  note.addEventListener("click", () => {
    const overlay = kind === "missing" ? "missing-node" : "node-update";
    app.overlays.show({ kind: overlay, isModal: true, given: { node: placed.id } });
  });
  return element.append(note);
}
