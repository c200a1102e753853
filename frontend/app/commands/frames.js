// @ts-check
/** Frames and notes: making them, fitting them to what lies in them. */

import { around, grownBy } from "../geometry/camera.js";
import { NOTE_HEIGHT, NOTE_WIDTH } from "../geometry/drawing.js";
import { FRAME_TITLE } from "../geometry/hit-test.js";
import { boxOfLoad, loadOf } from "../gestures/load.js";
import { t } from "../i18n.js";
import { addFrame, setFrames } from "../model/edits/frames.js";
import { freePlace } from "../model/edits/insert.js";
import { freeId } from "../model/edits/nodes.js";
import { addNote } from "../model/edits/notes.js";
import { NOTHING } from "../state/selection.js";
import { pointerOf } from "../ui/pointer.js";
import { nameFrame, nameNote } from "./naming.js";
import { chosen, framedNodes, hitOf } from "./targets.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../geometry/camera.js").Box} Box */

const MARGIN = 20;
const EMPTY = { width: 420, height: 300 };

/** Return the place of a frame around a box. @param {Box} box @returns {[number, number, number, number]} */
function placeAround(box) {
  const { x, y, width, height } = grownBy(box, MARGIN);
  const whole = [x, y - FRAME_TITLE, width, height + FRAME_TITLE].map(Math.round);
  return /** @type {[number, number, number, number]} */ (whole);
}

/** @param {App} app @param {any} argument */
function frameSelection(app, argument) {
  const { canvas, tab } = app;
  const selected = tab.selection.now.peek();
  const box = boxOfLoad(canvas.index, loadOf(canvas.index, selected, true));
  const at = argument?.at ?? pointerOf(app).at;
  const place = placeAround(box ?? { x: at.x, y: at.y, ...EMPTY });
  const index = tab.graph.frames?.length ?? 0;
  tab.store.commit("edit.frame", addFrame(tab.level, tab.graph, { title: t("frame.title"), place }));
  tab.selection.set({ frames: [index] });
}

/** @param {App} app @param {any} argument */
function fitFrames(app, argument) {
  const { canvas, tab } = app;
  const changes = [...chosen(app, argument).frames].flatMap((index) => {
    const load = loadOf(canvas.index, { ...NOTHING, frames: new Set([index]) }, true);
    const box = boxOfLoad(canvas.index, { ...load, frames: load.frames.filter((each) => each !== index) });
    return box ? [/** @type {const} */ ([index, { place: placeAround(box) }])] : [];
  });
  tab.store.commit("edit.frame", setFrames(tab.level, tab.graph, new Map(changes)));
}

/** @param {App} app @param {any} argument */
const hasFrames = (app, argument) => chosen(app, argument).frames.size > 0;

/** @param {App} app @param {any} argument */
function writeNote(app, argument) {
  const { canvas, tab } = app;
  const id = freeId(tab.graph);
  const { x, y } = argument?.at ?? pointerOf(app).at;
  const size = { width: NOTE_WIDTH, height: NOTE_HEIGHT };
  const taken = [...canvas.index.nodes.values(), ...canvas.index.drawing.notes.values()];
  const place = freePlace({ x, y, ...size }, taken);
  const note = {
    id,
    title: "",
    text: "",
    format: "markdown",
    place: [place.x, place.y, size.width, size.height],
  };
  tab.store.commit("edit.note", addNote(tab.level, tab.graph, note));
  tab.selection.set({ notes: [id] });
}

/** @type {import("./registry.js").Command[]} */
export const FRAMES = [
  { id: "frame.add", group: "graph", keys: ["Ctrl+G"], menus: ["canvas", "node"], run: frameSelection },
  { id: "frame.fit", group: "graph", menus: ["frame"], when: hasFrames, run: fitFrames },
  {
    id: "frame.select",
    group: "graph",
    menus: ["frame"],
    when: hasFrames,
    run: (app, argument) => app.tab.selection.set({ nodes: framedNodes(app, chosen(app, argument).frames) }),
  },
  {
    id: "frame.run",
    group: "graph",
    menus: ["frame"],
    when: hasFrames,
    run: (app, argument) => {
      app.tab.selection.set({ nodes: framedNodes(app, chosen(app, argument).frames) });
      app.commands.run(app, "run.to-here");
    },
  },
  {
    id: "frame.fit-view",
    group: "graph",
    menus: ["frame"],
    when: hasFrames,
    run: (app, argument) => {
      const { frames } = app.canvas.index.drawing;
      const box = around([...chosen(app, argument).frames].map((index) => frames[index]));
      if (box) app.canvas.lookAt(box);
    },
  },
  { id: "note.add", group: "graph", keys: ["Shift+N"], menus: ["canvas"], run: writeNote },
  {
    id: "double-click.frame",
    group: "graph",
    isHidden: true,
    run: (app, argument) => nameFrame(app, /** @type {any} */ (hitOf(argument)).index),
  },
  {
    id: "double-click.note",
    group: "graph",
    isHidden: true,
    run: (app, argument) => {
      const { id, part } = /** @type {any} */ (hitOf(argument));
      if (part === "header") nameNote(app, id);
      else app.canvas.surface.notes.views.get(id)?.enter?.();
    },
  },
];
