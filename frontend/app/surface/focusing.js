// @ts-check
/** One node has the keyboard: it is kept in the page, brought into view, and says what it is. */

import { meet, panned, seen, toScreen } from "../geometry/camera.js";
import { firstOf } from "../geometry/nearest.js";
import { t } from "../i18n.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../geometry/graph-index.js").PlacedNode} PlacedNode */

/** Pixels between a focused node and the border of the surface. */
const MARGIN = 40;
const MOST_TRIES = 40;

/** Return the id of the node that has the keyboard, or "". @param {Element | null} [element] */
export const focusedNode = (element = document.activeElement) =>
  /** @type {HTMLElement | null | undefined} */ (element?.closest(".node"))?.dataset.node ?? "";

/** Return the node that one would come to: the selected one, else the first that is seen. @param {App} app @param {string} last */
export function nodeToEnter(app, last) {
  const { nodes } = app.canvas.index;
  const [selected] = app.tab.selection.nodes;
  if (nodes.has(selected)) return selected;
  if (nodes.has(last)) return last;
  const view = seen(app.canvas.camera, app.canvas.surface.size);
  const near = [...nodes.values()].filter((each) => meet(each, view));
  return firstOf(near.length ? near : nodes.values())?.id ?? "";
}

/** Give a node the keyboard. @param {App} app @param {string} id */
export function focusNode(app, id) {
  const placed = app.canvas.index.nodes.get(id);
  if (!placed) return;
  app.canvas.hold([id]);
  reveal(app, placed);
  whenMounted(app, id, (element) => {
    element.setAttribute("aria-description", described(app, id));
    element.focus({ preventScroll: true });
  });
}

/** @param {App} app @param {string} id @param {(element: HTMLElement) => void} then @param {number} [tries] */
function whenMounted(app, id, then, tries = MOST_TRIES) {
  const view = app.canvas.surface.mounting.views.get(id);
  if (view) then(view.element);
  else if (tries) requestAnimationFrame(() => whenMounted(app, id, then, tries - 1));
}

/** Say what a node is linked to and whether it is selected. @param {App} app @param {string} id */
function described(app, id) {
  const { index } = app.canvas;
  const placed = index.nodes.get(id);
  if (!placed) return "";
  const place = [...index.nodes.keys()].indexOf(id) + 1;
  const links = Object.keys(placed.node.links ?? {}).length;
  const words = [
    t("focus.node", { place, count: index.nodes.size, links, inputs: placed.box.inputs.length }),
  ];
  if (placed.node.mode && placed.node.mode !== "run") words.push(t(`inspector.mode.${placed.node.mode}`));
  if (app.tab.selection.nodes.has(id)) words.push(t("focus.selected"));
  return words.join(", ");
}

/** Move the view just so far that a node is in it. @param {App} app @param {PlacedNode} placed */
export function reveal(app, placed) {
  const { surface, camera } = app.canvas;
  const { x, y } = toScreen(camera, placed);
  const [width, height] = [placed.width * camera.zoom, placed.height * camera.zoom];
  const dx = shift(x, width, surface.size.width);
  const dy = shift(y, height, surface.size.height);
  if (dx || dy) surface.lookFrom(panned(camera, dx, dy));
}

/** @param {number} from @param {number} length @param {number} room pixels */
function shift(from, length, room) {
  if (from < MARGIN) return MARGIN - from;
  if (from + length > room - MARGIN) return Math.max(room - MARGIN - from - length, MARGIN - from);
  return 0;
}
