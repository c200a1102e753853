// @ts-check
/**
 * Draws a mask on the picture that a node loads. The mask alone is sent: the server puts it into a copy of
 * the picture as its transparency, so that no colour and no embedded text is lost.
 */

import { html } from "htm/preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { t } from "../i18n.js";
import { pathIn } from "../model/document.js";
import { freePictureInput } from "../model/uploads.js";
import { fileOf, pictureOf, shortName } from "../state/picture-files.js";
import { IconButton } from "../ui/command-button.js";
import { ask } from "../ui/dialog.js";
import { bytesOf } from "./deeds.js";
import { useKeys } from "./keys.js";
import { ZoomButtons } from "./lightbox.js";
import { followSpace } from "./mask/held-space.js";
import { MaskSession, MOST_SIZE } from "./mask/session.js";
import { ToolButtons, Tools } from "./mask/tools.js";
import { MaskView } from "./mask/view.js";
import { isThere, uploadMask } from "./uploading.js";
import { STEP } from "./zoom.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../state/runs.js").Picture} Picture */
/** @typedef {{ tab: import("../state/tab.js").Tab, level: string, nodeId: string, input: string, picture: Picture }} Target */

const KIND = "mask-editor";
const WIDER = 1.15;
const A_KEY = 0.1;

/** @param {{ overlay: import("../ui/overlays.js").Overlay, app: App, close: () => void }} props */
export default function MaskEditor({ overlay, app, close }) {
  const target = useMemo(() => targetOf(app, overlay.given.nodeId), []);
  const view = useRef(/** @type {MaskView | null} */ (null));
  const session = useMemo(
    () =>
      new MaskSession(
        (area) => view.current?.update(area),
        (problem) => app.notices.problem(problem),
      ),
    [],
  );
  const root = useRef(/** @type {HTMLElement | null} */ (null));
  const stage = useRef(/** @type {HTMLElement | null} */ (null));
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const zoom = {
    get current() {
      return view.current?.zoom ?? null;
    },
  };
  useEffect(() => {
    root.current?.focus({ preventScroll: true });
    const made = new MaskView(
      /** @type {HTMLElement} */ (stage.current),
      /** @type {HTMLCanvasElement} */ (canvas.current),
      session,
    );
    view.current = made;
    bytesOf(target.picture)
      .then((blob) => session.open(blob))
      .then(
        (bitmap) => made.show(bitmap),
        (problem) => {
          app.notices.problem(problem);
          close();
        },
      );
    const stay = (/** @type {BeforeUnloadEvent} */ event) => session.isChanged && event.preventDefault();
    addEventListener("beforeunload", stay);
    return () => {
      removeEventListener("beforeunload", stay);
      made.close();
      session.close();
    };
  }, []);
  const leave = async () => {
    if (!session.isChanged || (await isSure(app))) close();
  };
  const save = async () => {
    if (session.isBusy.peek()) return;
    session.isBusy.value = true;
    try {
      await saveInto(app, target, session);
      close();
    } catch (problem) {
      session.isBusy.value = false;
      app.notices.problem(problem);
    }
  };
  useKeys(
    app,
    KIND,
    (event, isTyped) => !isTyped && onKey(event, { session, view: view.current, leave, save }),
  );
  useEffect(() => followSpace(() => view.current), []);
  const isBusy = session.isBusy.value;
  return html`<div class="lightbox mask-editor" role="dialog" aria-modal="true" aria-label=${t("mask.title")} aria-busy=${isBusy} tabindex="-1" ref=${root}>
    <div class="picture-bar">
      <h2 class="picture-name" title=${target.picture.name}>${t("mask.title")}</h2>
      <${ToolButtons} session=${session} />
      <span class="picture-line"></span>
      <${IconButton} name="undo" label=${t("mask.undo")} keys="Ctrl+Z" disabled=${!session.canUndo.value} onClick=${() => session.undo()} />
      <${IconButton} name="redo" label=${t("mask.redo")} keys="Ctrl+Shift+Z" disabled=${!session.canRedo.value} onClick=${() => session.redo()} />
      <span class="picture-space" role="status">${isBusy && t("mask.working")}</span>
      <${ZoomButtons} zoom=${zoom} />
      <span class="picture-line"></span>
      <button type="button" class="button" onClick=${leave}>${t("mask.cancel")}</button>
      <button type="button" class="button is-main" disabled=${isBusy} onClick=${save}>${t("mask.save")}</button>
    </div>
    <div class="lightbox-inside">
      <${Tools} session=${session} onColour=${() => view.current?.recolour()} onView=${() => view.current?.draw()} />
      <div class=${`picture-stage mask-stage is-${session.choices.value.tool}`} ref=${stage} role="img" aria-label=${t("mask.stage")}>
        <canvas ref=${canvas}></canvas>
      </div>
    </div>
  </div>`;
}

/** @param {App} app @param {string} nodeId @returns {Target} */
function targetOf(app, nodeId) {
  const { tab } = app;
  const { node, spec } = /** @type {import("../geometry/graph-index.js").PlacedNode} */ (
    app.canvas.index.nodes.get(nodeId)
  );
  const { name } = /** @type {import("../model/schema.js").Input} */ (freePictureInput(spec, node));
  return {
    tab,
    level: tab.level,
    nodeId,
    input: name,
    picture: pictureOf(fileOf(String(node.values?.[name]))),
  };
}

/** The way back is what Enter does. @param {App} app */
async function isSure(app) {
  const answer = await ask(app, {
    title: t("mask.discard-title"),
    text: t("mask.discard-text"),
    actions: [
      { id: "discard", label: t("mask.discard"), kind: "danger" },
      { id: "keep", label: t("mask.keep"), kind: "main" },
    ],
  });
  return answer?.action === "discard";
}

/** @param {App} app @param {Target} target @param {MaskSession} session */
async function saveInto(app, { tab, level, nodeId, input, picture }, session) {
  const plain = shortName(picture).replace(/\.[^.]*$/, "");
  const name = `${plain.replace(/-mask(?: ?\(\d+\))?$/, "")}-mask.png`;
  const value = await uploadMask(app, await session.save(), { name, picture });
  app.pictures.forget(value);
  if (isThere(tab, level, nodeId))
    tab.store.commit("edit.mask", [{ path: pathIn(level, "nodes", nodeId, "values", input), value }]);
  app.notices.tell(t("mask.saved", { name: fileOf(value).name }), "good");
}

/** @param {KeyboardEvent} event @param {{ session: MaskSession, view: MaskView | null, leave: () => unknown, save: () => unknown }} parts */
function onKey(event, { session, view, leave, save }) {
  const { choices } = session;
  const { size, hardness, opacity, tool } = choices.peek();
  const within = (/** @type {number} */ value) => Math.round(100 * Math.min(1, Math.max(0, value))) / 100;
  /** @type {Record<string, () => unknown>} */
  const plain = {
    Escape: () => (session.isDrawing ? session.giveUp() : leave()),
    b: () => session.choose({ tool: "brush" }),
    e: () => session.choose({ tool: "eraser" }),
    g: () => session.choose({ tool: "fill" }),
    x: () => session.choose({ tool: tool === "eraser" ? "brush" : "eraser" }),
    "[": () => session.choose({ size: Math.max(1, Math.floor(size / WIDER)) }),
    "]": () => session.choose({ size: Math.min(MOST_SIZE, Math.ceil(size * WIDER)) }),
    "{": () => session.choose({ hardness: within(hardness - A_KEY) }),
    "}": () => session.choose({ hardness: within(hardness + A_KEY) }),
    ",": () => session.choose({ opacity: Math.max(0.01, within(opacity - A_KEY)) }),
    ".": () => session.choose({ opacity: within(opacity + A_KEY) }),
    i: () => session.apply("invert"),
    Delete: () => session.apply("clear"),
    "+": () => view?.zoom.by(STEP),
    "=": () => view?.zoom.by(STEP),
    "-": () => view?.zoom.by(1 / STEP),
    0: () => view?.zoom.fit(),
    1: () => view?.zoom.actual(),
  };
  /** @type {Record<string, () => unknown>} */
  const withCtrl = {
    z: () => (event.shiftKey ? session.redo() : session.undo()),
    y: () => session.redo(),
    s: save,
    enter: save,
  };
  const isCtrl = event.ctrlKey || event.metaKey;
  const key = isCtrl || event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const action = (isCtrl ? withCtrl : plain)[isCtrl ? key.toLowerCase() : key];
  action?.();
  view?.draw();
  return Boolean(action);
}
