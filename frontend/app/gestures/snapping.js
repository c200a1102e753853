// @ts-check
/** Holds what is dragged to an axis (Shift), to the grid (a setting, which Ctrl turns round), or to its neighbours. */

import { seen } from "../geometry/camera.js";
import { within } from "../geometry/cull.js";
import { snapped } from "../geometry/snap.js";
import { GRID } from "../surface/grid.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../geometry/camera.js").Box} Box */
/** @typedef {{ dx: number, dy: number, guides: import("../geometry/snap.js").Guide[] }} Held */

const REACH_PX = 6;

/**
 * @param {App} app @param {import("./load.js").Load} load @param {Box} box  of all that moves, where it lies
 * @returns {(dx: number, dy: number, event: { shiftKey: boolean, ctrlKey: boolean, metaKey: boolean }) => Held}
 */
export function holding(app, load, box) {
  const { index } = app.canvas;
  const moving = new Set(load.nodes);
  const rows = rowsOf(index, moving);
  /** @type {import("../geometry/camera.js").Camera | null} */
  let camera = null;
  /** @type {Box[]} */
  let others = [];
  return (rawX, rawY, event) => {
    let [dx, dy] = [rawX, rawY];
    if (event.shiftKey) [dx, dy] = Math.abs(dx) > Math.abs(dy) ? [dx, 0] : [0, dy];
    if (Boolean(app.settings.get("grid")) !== (event.ctrlKey || event.metaKey)) {
      return { dx: onGrid(box.x + dx) - box.x, dy: onGrid(box.y + dy) - box.y, guides: [] };
    }
    if (!app.settings.get("guides") || event.ctrlKey) return { dx, dy, guides: [] };
    if (camera !== app.canvas.camera) {
      camera = app.canvas.camera;
      const view = seen(camera, app.canvas.surface.size);
      others = within(index.nodes.values(), view).filter((each) => !moving.has(each.id));
    }
    const moved = { ...box, x: box.x + dx, y: box.y + dy };
    const level = rows.map((each) => ({ ...each, x: each.x + dx, y: each.y + dy }));
    const found = snapped(moved, others, level, REACH_PX / camera.zoom);
    const isFree = { x: !event.shiftKey || dx !== 0, y: !event.shiftKey || dy !== 0 };
    return {
      dx: dx + (isFree.x ? found.dx : 0),
      dy: dy + (isFree.y ? found.dy : 0),
      guides: found.guides.filter((each) => (each.isUpright ? isFree.x : isFree.y)),
    };
  };
}

/** @param {number} at */
const onGrid = (at) => Math.round(at / GRID) * GRID;

/**
 * Return the sockets of what moves with the sockets that stay and that they are linked to.
 * @param {import("../geometry/graph-index.js").GraphIndex} index @param {ReadonlySet<string>} moving
 */
function rowsOf(index, moving) {
  /** @type {{ x: number, y: number, toX: number, toY: number }[]} */
  const rows = [];
  for (const id of moving) {
    for (const linkId of index.linksOf(id)) {
      const link = index.links.get(linkId);
      if (!link || (moving.has(link.from) && moving.has(link.to))) continue;
      const [from, to] = [index.outputAt(link.from, link.output), index.inputAt(link.to, link.input)];
      if (!from || !to) continue;
      const [own, other] = link.from === id ? [from, to] : [to, from];
      rows.push({ ...own, toX: other.x, toY: other.y });
    }
  }
  return rows;
}
