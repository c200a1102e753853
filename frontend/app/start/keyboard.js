// @ts-check
/** Keys and what they do, after all who take a key for themselves; the set that a person has chosen. */

import { effect } from "@preact/signals-core";

/** @typedef {import("../app.js").App} App */

const FIELDS = "input, textarea, select, [contenteditable]";

/** @param {App} app */
export function start(app) {
  addEventListener("keydown", (event) => onKey(app, event));
  addEventListener("keyup", (event) => onKeyUp(app, event));
  // a key that is let go in another window is not heard here
  addEventListener("blur", () => {
    app.isSpaceHeld = false;
  });
  effect(() => {
    app.keymap.preset.value = app.settings.get("keys");
  });
}

/** @param {App} app @param {KeyboardEvent} event */
function onKey(app, event) {
  const target = /** @type {Element} */ (event.target);
  if (event.key === "Escape" && (app.gestures?.cancel() || app.overlays.close())) {
    event.preventDefault();
    return;
  }
  // what one can not reach by the pointer is not done by keys either
  if (document.querySelector("dialog[open]")) return;
  const isInField = Boolean(target.closest(FIELDS));
  // the form may lie over the graph, which then hears nothing
  const host = app.canvas?.surface.host;
  const isSeen = host && !host.closest("[inert]");
  const isOnSurface = Boolean(isSeen && !isInField && (target === document.body || host.contains(target)));
  if (event.key === " " && isOnSurface) {
    app.isSpaceHeld = true;
    event.preventDefault();
    return;
  }
  if (isInField && !event.ctrlKey && !event.metaKey && !/^F\d/.test(event.key)) return;
  if (app.keymap.press(app, event, isOnSurface)) event.preventDefault();
}

/** @param {App} app @param {KeyboardEvent} event */
function onKeyUp(app, event) {
  if (event.key === " ") app.isSpaceHeld = false;
  app.gestures?.key(event);
}
