// @ts-check
/** The camera, places to come back to, what is hidden. */

import { fitting, zoomed } from "../geometry/camera.js";
import { t } from "../i18n.js";
import { pathIn } from "../model/document.js";
import { typedMeanwhile } from "../ui/type-ahead.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("./registry.js").Command} Command */

const STEP = 1.25;

/** Zoom; the middle of the surface stays. @param {App} app @param {number} factor */
function zoom({ canvas: { surface } }, factor) {
  const { width, height } = surface.size;
  surface.lookFrom(zoomed(surface.camera, { x: width / 2, y: height / 2 }, factor));
}

/** @param {App} app */
function fitSelection({ canvas, tab }) {
  const { nodes } = tab.selection;
  canvas.fit(nodes.size ? nodes : undefined);
}

/** Remember where one looks; it is in the document, and no edit. @param {App} app @param {number} number */
function setBookmark(app, number) {
  const { tab, canvas, notices } = app;
  const { x, y, width, height } = seenBox(canvas.surface);
  const path = pathIn(tab.level, "view", "bookmarks", String(number));
  tab.store.adjust([{ path, value: [x, y, width, height].map(Math.round) }]);
  notices.tell(t("view.bookmark-set", { number }));
}

/** @param {import("../surface/surface.js").Surface} surface */
const seenBox = ({ camera, size }) => ({
  x: camera.x,
  y: camera.y,
  width: size.width / camera.zoom,
  height: size.height / camera.zoom,
});

/** @param {App} app @param {number} number @returns {readonly number[] | undefined} */
const bookmark = ({ tab }, number) => tab.graph.view?.bookmarks?.[number];

/** @param {App} app @param {number} number */
function goToBookmark(app, number) {
  const [x, y, width, height] = bookmark(app, number) ?? [0, 0, 1, 1];
  const { surface } = app.canvas;
  const camera = fitting({ x, y, width, height }, surface.size, 0);
  const zoom = Math.max(camera.zoom, Math.min(surface.size.width / width, surface.size.height / height));
  surface.lookFrom({ x, y, zoom: Math.min(4, zoom) });
}

/** @param {number} number @returns {Command[]} */
const bookmarkCommands = (number) => [
  {
    id: `bookmark.set-${number}`,
    group: "view",
    keys: [`Ctrl+${number}`],
    run: (app) => setBookmark(app, number),
  },
  {
    id: `bookmark.go-${number}`,
    group: "view",
    keys: [String(number)],
    when: (app) => bookmark(app, number) !== undefined,
    run: (app) => goToBookmark(app, number),
  },
];

/** @type {Command[]} */
export const VIEW = [
  { id: "view.fit", group: "view", keys: ["."], menus: ["canvas"], run: fitSelection },
  { id: "view.all", group: "view", keys: ["Shift+."], run: (app) => app.canvas.fit() },
  { id: "view.zoom-in", group: "view", keys: ["Alt+=", "Alt+Plus"], run: (app) => zoom(app, STEP) },
  { id: "view.zoom-out", group: "view", keys: ["Alt+-"], run: (app) => zoom(app, 1 / STEP) },
  {
    id: "view.actual",
    group: "view",
    keys: ["Ctrl+0"],
    run: (app) => zoom(app, 1 / app.canvas.camera.zoom),
  },
  {
    id: "view.find",
    group: "view",
    keys: ["Ctrl+F"],
    menus: ["canvas", "main"],
    run: (app) => {
      const { right, top } = app.canvas.surface.host.getBoundingClientRect();
      const at = { x: right - FIND.width, y: top + FIND.top };
      app.overlays.show({ kind: "find", at, given: { typed: typedMeanwhile() } });
    },
  },
  {
    id: "view.minimap",
    group: "view",
    keys: ["Alt+M"],
    on: "anywhere",
    menus: ["canvas", "main"],
    isOn: (app) => app.settings.get("minimap"),
    run: ({ settings }) => settings.set("minimap", !settings.get("minimap")),
  },
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9].flatMap(bookmarkCommands),
];

/** Pixels, from the surface's upper right corner. */
const FIND = { width: 332, top: 12 };
