// @ts-check
/**
 * A button at the widget that the pointer is on: shows its value in the form, or takes it out. There is
 * one for the whole surface, so that nodes do not become heavier by it.
 */

import { t } from "../i18n.js";
import { exposedIndex } from "../model/edits/exposed.js";
import { iconElement } from "../ui/icons.js";
import { made } from "../ui/made.js";

/** @typedef {import("../app.js").App} App */

/** @param {App} app @param {HTMLElement} host @returns {() => void} stops it */
export function startExposeButton(app, host) {
  const stop = new AbortController();
  const { signal } = stop;
  const button = made("button", "expose-button");
  button.type = "button";
  button.tabIndex = -1; // by keys, the inspector has one for each value
  button.append(iconElement("expose"));
  let row = /** @type {HTMLElement | null} */ (null);
  const show = (/** @type {HTMLElement | null} */ wanted) => {
    if (wanted === row) return;
    row = wanted;
    if (row) row.append(button);
    else button.remove();
    mark(app, button, meant(row));
  };
  host.addEventListener(
    "pointerover",
    (event) => {
      if (event.pointerType !== "mouse" || event.buttons || !app.gestures.isIdle) return;
      const target = /** @type {Element} */ (event.target);
      show(/** @type {HTMLElement | null} */ (target.closest(".widget[data-widget]")));
    },
    { signal },
  );
  host.addEventListener("pointerleave", () => show(null), { signal });
  button.addEventListener("click", () => {
    app.commands.run(app, "input.expose", meant(row));
    mark(app, button, meant(row));
  });
  return () => {
    stop.abort();
    button.remove();
  };
}

/** @param {HTMLElement | null} row @returns {{ node: string, input: string } | null} */
function meant(row) {
  const node = /** @type {HTMLElement | null | undefined} */ (row?.closest("[data-node]"))?.dataset.node;
  const input = row?.dataset.widget;
  return node && input ? { node, input } : null;
}

/** @param {App} app @param {HTMLElement} button @param {{ node: string, input: string } | null} found */
function mark(app, button, found) {
  if (!found) return;
  const isExposed = exposedIndex(app.tab.graph, found.node, found.input) >= 0;
  const text = t(isExposed ? "inspector.unexpose" : "inspector.expose");
  button.setAttribute("aria-pressed", String(isExposed));
  button.setAttribute("aria-label", text);
  button.dataset.tip = text;
}
