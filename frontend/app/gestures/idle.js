// @ts-check
/** Nothing is going on: what is pressed decides what begins. */

import { cuttingLinks } from "./cutting-links.js";
import { dottingLinks } from "./dotting-links.js";
import { draggingLink } from "./dragging-link.js";
import { marquee } from "./marquee.js";
import { moving } from "./moving.js";
import { movingLinks } from "./moving-links.js";
import { panning } from "./panning.js";
import { endSocket, linksAt, pressedEnd, unlinkSocket } from "./pressing.js";
import { resizingFrame, resizingNode, resizingNote } from "./resizing.js";
import { touching } from "./touching.js";
import { zooming } from "./zooming.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("./machine.js").GestureState} GestureState */
/** @typedef {import("./machine.js").Pointer} Pointer */
/** @typedef {import("../geometry/hit-test.js").Hit} Hit */

const MIDDLE = 1;
const RIGHT = 2;
/** Fingers are thicker than a pointer, in pixels. */
const FINGER_PX = 22;
/** Fields, buttons and pictures in nodes take what is pressed on them. */
const OWN = "input, textarea, select, button, a, [contenteditable], [data-takes-pointer]";

/** @param {App} app @returns {GestureState} */
export function idle(app) {
  /** @type {GestureState} */
  const state = {
    name: "idle",
    down: (pointer) => begun(app, state, pointer) ?? state,
    move: (pointer) => {
      if (!pointer.event.buttons) hover(app, pointer);
      return state;
    },
  };
  return state;
}

/** @param {App} app @param {GestureState} state @param {Pointer} pointer @returns {GestureState | null} */
function begun(app, state, pointer) {
  const { event } = pointer;
  const target = /** @type {Element} */ (event.target);
  if (event.button === MIDDLE || app.isSpaceHeld) {
    event.preventDefault();
    return panning(app, pointer);
  }
  if (event.button === RIGHT) {
    if (event.ctrlKey) return cuttingLinks(app, pointer);
    return event.shiftKey ? dottingLinks(app, pointer) : state;
  }
  const isTouch = event.pointerType === "touch";
  const hit = app.canvas.hit(pointer.point, isTouch ? FINGER_PX : undefined);
  const isSocket = hit.kind === "input" || hit.kind === "output" || hit.kind === "rail";
  // browsers give a touch beside a field to the field; a socket that lies there was meant
  if (target.closest(OWN) && !(isTouch && isSocket)) return state;
  app.canvas.surface.host.focus({ preventScroll: true });
  if (isTouch && !isSocket) return touching(app, pointer, hit, (at) => gripped(app, pointer, at));
  if (event.shiftKey && (event.ctrlKey || event.metaKey) && !isSocket) return zooming(app, pointer);
  return gripped(app, pointer, hit) ?? onNothing(app, pointer, hit);
}

/** @param {App} app @param {Pointer} pointer @param {Hit} hit @returns {GestureState | null} */
function gripped(app, pointer, hit) {
  switch (hit.kind) {
    case "input":
    case "output":
      return onSocket(app, pointer, hit);
    case "rail":
      return draggingLink(app, pointer, hit.socket);
    case "corner":
      return resizingNode(app, pointer, hit.node);
    case "header":
    case "body":
      return moving(app, pointer, { kind: "nodes", id: hit.node.id });
    case "dot":
      return moving(app, pointer, { kind: "dots", id: hit.id });
    case "note":
      if (hit.part === "corner") return resizingNote(app, pointer, hit.id);
      return moving(app, pointer, { kind: "notes", id: hit.id });
    case "frame":
      return moving(app, pointer, { kind: "frames", id: hit.index });
    case "frame-corner":
      return resizingFrame(app, pointer, hit.index);
    default:
      return null;
  }
}

/** @param {App} app @param {Pointer} pointer @param {import("../geometry/hit-test.js").Socket} socket */
function onSocket(app, pointer, socket) {
  const { ctrlKey, metaKey, altKey, shiftKey } = pointer.event;
  const isCtrl = ctrlKey || metaKey;
  if (isCtrl && altKey) {
    unlinkSocket(app, socket);
    return null;
  }
  if ((isCtrl || shiftKey) && socket.kind === "output")
    return movingLinks(app, pointer, linksAt(app, socket));
  return draggingLink(app, pointer, socket);
}

/** @param {App} app @param {Pointer} pointer @param {Hit} hit @returns {GestureState} */
function onNothing(app, pointer, hit) {
  if (hit.kind === "link" && !pointer.event.shiftKey) {
    const end = pressedEnd(app, hit.link, pointer.point);
    const socket = end === "to" && endSocket(app, hit.link);
    if (socket) return draggingLink(app, pointer, socket);
    const moved = end === "from" && movingLinks(app, pointer, [hit.link]);
    if (moved) return moved;
  }
  const isPan = app.settings.get("leftDrag") === "pan" && !pointer.event.shiftKey;
  return isPan ? panning(app, pointer) : marquee(app, pointer);
}

/** Light the link under the pointer. @param {App} app @param {Pointer} pointer */
function hover(app, pointer) {
  const hit = app.canvas.hit(pointer.point);
  const { surface } = app.canvas;
  const id = hit.kind === "link" ? hit.link.id : "";
  surface.host.style.cursor =
    CURSORS[hit.kind] ?? (hit.kind === "note" && hit.part === "corner" ? "nwse-resize" : "");
  if (surface.look.lit.has(id) || (!id && !surface.look.lit.size)) return;
  surface.lookAt({ lit: new Set(id ? [id] : []) });
}

/** @type {Record<string, string>} */
const CURSORS = {
  corner: "nwse-resize",
  "frame-corner": "nwse-resize",
  frame: "grab",
  dot: "grab",
  rail: "crosshair",
  link: "pointer",
};
