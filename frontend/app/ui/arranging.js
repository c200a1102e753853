// @ts-check
/** Lays out what is selected, or all: in a worker, as one edit, and nodes glide to their places. */

import { around } from "../geometry/camera.js";
import { layoutPatches, layoutTask } from "../model/edits/layout.js";
import { isPinned } from "../model/looks.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../model/edits/layout.js").Task} Task */
/** @typedef {import("../model/edits/layout.js").Places} Places */

const GLIDE_MS = 260;
/** More nodes go to their places at once. */
const MOST_GLIDING = 300;

/** @param {App} app */
export async function arrange(app) {
  const { canvas, tab } = app;
  const { nodes: chosen } = tab.selection;
  const isAll = chosen.size < 2;
  const nodes = [...canvas.index.nodes.values()].filter(
    ({ id, node }) => (isAll || chosen.has(id)) && !isPinned(node),
  );
  if (nodes.length < 2) return;
  const { version, graph } = { version: tab.store.version, graph: tab.graph };
  const task = layoutTask(graph, nodes, { keepsFrames: !isAll });
  const places = await inWorker(task);
  // what was edited meanwhile is not undone by a layout of what was there before
  if (version !== tab.store.version || app.tab !== tab) return;
  const before = new Map(nodes.map(({ id, x, y }) => [id, { x, y }]));
  tab.store.commit("edit.layout", layoutPatches(tab.level, graph, nodes, task, places));
  glide(app, before);
}

/** @param {Task} task @returns {Promise<Places>} */
function inWorker(task) {
  const worker = new Worker(new URL("../layout-worker.js", import.meta.url), { type: "module" });
  return new Promise((done, fail) => {
    worker.addEventListener("message", ({ data }) =>
      data.places ? done(data.places) : fail(new Error(data.problem)),
    );
    worker.addEventListener("error", (event) => fail(new Error(event.message)));
    worker.postMessage({ library: import.meta.resolve("@dagrejs/dagre"), task });
  }).finally(() => worker.terminate());
}

/** Show nodes on their way from where they were. @param {App} app @param {ReadonlyMap<string, { x: number, y: number }>} before */
function glide(app, before) {
  const { canvas } = app;
  const ways = [...before].flatMap(([id, was]) => {
    const now = canvas.index.nodes.get(id);
    return now && (now.x !== was.x || now.y !== was.y) ? [{ id, dx: was.x - now.x, dy: was.y - now.y }] : [];
  });
  const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches || !app.settings.get("easing");
  if (isStill || !around([...canvas.index.nodes.values()]) || ways.length > MOST_GLIDING) return;
  const { version } = app.tab.store;
  const start = performance.now();
  const step = (/** @type {number} */ time) => {
    const left = 1 - Math.min(1, (time - start) / GLIDE_MS);
    const isOver = left === 0 || !app.gestures.isIdle || app.tab.store.version !== version;
    if (isOver) return canvas.endDrag();
    for (const { id, dx, dy } of ways) canvas.drag([id], dx * left ** 3, dy * left ** 3);
    return requestAnimationFrame(step);
  };
  step(start);
}
