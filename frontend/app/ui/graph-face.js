// @ts-check
/** The graph: the surface and what lies over it. It stays as it is while the form is seen. */

import { html } from "htm/preact";
import { useEffect, useRef } from "preact/hooks";
import { followClipboard } from "../commands/edit.js";
import { OF_GRAPH } from "../commands/of-graph.js";
import { idle } from "../gestures/idle.js";
import { listen } from "../gestures/listening.js";
import { Gestures } from "../gestures/machine.js";
import { t } from "../i18n.js";
import { start as startFocus } from "../start/focus.js";
import { start as startPictures } from "../start/pictures.js";
import { Canvas } from "../surface/canvas.js";
import { startExposeButton } from "../surface/expose-button.js";
import { EmptyGraph } from "./empty-graph.js";
import { followFocus } from "./pointer.js";
import { Slot } from "./slot.js";
import "../widgets/all.js";

/** @typedef {import("../app.js").App} App */

const breadcrumb = () => import("./breadcrumb.js");
const selectionBar = () => import("./selection-bar.js");
const minimap = () => import("../surface/minimap.js");

/** @param {{ app: App, isSeen: boolean }} props */
export default function GraphFace({ app, isSeen }) {
  return html`<div class="graph-face" inert=${!isSeen} data-seen=${isSeen}>
    <h1 class="visually-hidden">${app.workspace.active.value?.title.value || t("shell.graph")}</h1>
    <${SurfaceHost} app=${app} />
    ${isSeen && html`<${EmptyGraph} app=${app} />`}
    <div class="breadcrumb-slot"><${Slot} load=${breadcrumb} with=${{ app }} /></div>
    ${isSeen && html`<${SelectionSlot} app=${app} />`}
    ${isSeen && app.settings.get("minimap") && html`<div class="minimap-slot"><${Slot} load=${minimap} with=${{ app }} /></div>`}
  </div>`;
}

/** @param {{ app: App }} props */
function SelectionSlot({ app }) {
  const count = app.workspace.active.value?.selection.now.value.nodes.size ?? 0;
  if (count < 2) return null;
  return html`<div class="selection-slot"><${Slot} load=${selectionBar} with=${{ app }} /></div>`;
}

/** What the page has while there is a graph: it stays as long as the page. @param {App} app */
function startOnce(app) {
  app.commands.add(OF_GRAPH);
  startPictures(app);
  startFocus(app);
  followFocus();
  followClipboard(app);
}

/** Drawn once: what is in it is not the components' business. @param {{ app: App }} props */
function SurfaceHost({ app }) {
  const host = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    const element = /** @type {HTMLElement} */ (host.current);
    app.canvas = new Canvas(app, element);
    app.gestures = new Gestures(app, element, idle);
    const stops = [listen(app, element), startExposeButton(app, element)];
    startOnce(app);
    app.graph.arrived();
    return () => {
      for (const stop of stops) stop();
      app.gestures.close();
      app.canvas.close();
    };
  }, []);
  return html`<div class="surface" ref=${host} tabindex="0" role="application" aria-label=${t("shell.graph")}
    aria-roledescription=${t("shell.graph-role")}></div>`;
}
