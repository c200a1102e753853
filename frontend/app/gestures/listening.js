// @ts-check
/** The wheel and menus of the surface. */

import { panned, zoomed } from "../geometry/camera.js";

/** @typedef {import("../app.js").App} App */

/** How far one pixel of a wheel zooms; a pinch sends smaller steps. */
const WHEEL = 0.0016;
const PINCH = 0.01;
/** A line and a page of a wheel, in pixels. */
const LINE = 16;
const PAGE = 400;
/** A wheel that moves so far at once goes by notches; how long a notch takes to show. */
const NOTCH = 50;
const STEP_MS = 110;
const FIELDS = "input, textarea, select, [contenteditable]";

/**
 * @param {App} app @param {HTMLElement} host @returns {() => void} stops it
 */
export function listen(app, host) {
  const stop = new AbortController();
  const { signal } = stop;
  host.addEventListener("wheel", (event) => onWheel(app, event), { passive: false, signal });
  host.addEventListener("contextmenu", (event) => onMenu(app, event), { signal });
  host.addEventListener("dblclick", (event) => onDoubleClick(app, event), { signal });
  return () => stop.abort();
}

/** @param {App} app @param {WheelEvent} event */
function onWheel(app, event) {
  const target = /** @type {Element} */ (event.target);
  const field = target.closest("textarea, [data-scrolls]");
  if (field && field === document.activeElement && !event.ctrlKey) return;
  event.preventDefault();
  const unit = event.deltaMode === 1 ? LINE : event.deltaMode === 2 ? PAGE : 1;
  const { surface } = app.canvas;
  const isPan = app.settings.get("wheel") === "pan" && !event.ctrlKey;
  if (isPan || event.shiftKey) {
    const [dx, dy] = event.shiftKey && !event.deltaX ? [event.deltaY, 0] : [event.deltaX, event.deltaY];
    surface.lookFrom(panned(surface.camera, -dx * unit, -dy * unit));
    return;
  }
  const factor = Math.exp(-event.deltaY * unit * (event.ctrlKey ? PINCH : WHEEL));
  const from = app.canvas.glide.target ?? surface.camera;
  const camera = zoomed(from, app.canvas.pixel(event), factor);
  if (isStep(event)) app.canvas.glide.to(camera, STEP_MS);
  else surface.lookFrom(camera);
}

/** Say whether a wheel was turned by a notch; trackpads send many small steps, which are smooth by themselves. @param {WheelEvent} event */
const isStep = (event) => !event.ctrlKey && (event.deltaMode !== 0 || Math.abs(event.deltaY) >= NOTCH);

/** @param {App} app @param {MouseEvent} event */
function onMenu(app, event) {
  if (/** @type {Element} */ (event.target).closest(FIELDS)) return;
  event.preventDefault();
  if (event.ctrlKey || event.shiftKey || !app.gestures.isIdle) return;
  app.commands.run(app, "menu.open", { hit: app.canvas.hit(app.canvas.point(event)), event });
}

/** @param {App} app @param {MouseEvent} event */
function onDoubleClick(app, event) {
  if (/** @type {Element} */ (event.target).closest(`${FIELDS}, button`)) return;
  const hit = app.canvas.hit(app.canvas.point(event));
  const isOnNode = hit.kind === "header" || hit.kind === "body";
  if (isOnNode && app.commands.run(app, "subgraph.enter", hit)) return;
  app.commands.run(app, `double-click.${hit.kind}`, { hit, event, at: app.canvas.point(event) });
}
