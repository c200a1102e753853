// @ts-check
/** The graph: the surface and what lies over it. It stays as it is while the form is seen. */

import { html } from "htm/preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../i18n.js";
import { Canvas } from "../surface/canvas.js";
import { EmptyGraph } from "./empty-graph.js";
import { comeWhenWanted } from "./meanwhile.js";
import { graphNow } from "./now.js";
import { askFor, moreStyles } from "./parts.js";
import { Slot } from "./slot.js";
import "../widgets/all.js";

/** @typedef {import("../app.js").App} App */

const breadcrumb = async () => (await Promise.all([import("./breadcrumb.js"), moreStyles()]))[0];
const selectionBar = () => import("./selection-bar.js");
const minimap = () => import("../surface/minimap.js");

/** @param {{ app: App, isSeen: boolean }} props */
export default function GraphFace({ app, isSeen }) {
  return html`<div class="graph-face" inert=${!isSeen} data-seen=${isSeen}>
    <h1 class="visually-hidden">${app.workspace.active.value?.title.value || t("shell.graph")}</h1>
    <${SurfaceHost} app=${app} />
    ${isSeen && html`<${EmptyGraph} app=${app} />`}
    ${isWithin(app) && html`<div class="breadcrumb-slot"><${Slot} load=${breadcrumb} with=${{ app }} /></div>`}
    ${isSeen && html`<${SelectionSlot} app=${app} />`}
    ${isSeen && app.settings.get("minimap") && hasNodes(app) && html`<div class="minimap-slot"><${Slot} load=${minimap} with=${{ app }} /></div>`}
  </div>`;
}

/** Say whether a subgraph is seen. @param {App} app */
const isWithin = (app) => Boolean(app.workspace.active.value?.way.value.length);

/** A map of nothing is not drawn. @param {App} app */
function hasNodes(app) {
  const tab = app.workspace.active.value;
  return Boolean(tab && (tab.way.value.length || Object.keys(graphNow(tab).nodes).length));
}

/** @param {{ app: App }} props */
function SelectionSlot({ app }) {
  const count = app.workspace.active.value?.selection.now.value.nodes.size ?? 0;
  if (count < 2) return null;
  return html`<div class="selection-slot"><${Slot} load=${selectionBar} with=${{ app }} /></div>`;
}

/** @param {App} app @param {HTMLElement} host @returns {Promise<() => void>} what takes them away */
async function loadHands(app, host) {
  askFor("app/ui/graph-hands.js");
  const [{ startHands }] = await Promise.all([import("./graph-hands.js"), moreStyles()]);
  return startHands(app, host);
}

/** Drawn once: what is in it is not the components' business. @param {{ app: App }} props */
function SurfaceHost({ app }) {
  const host = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    const element = /** @type {HTMLElement} */ (host.current);
    app.canvas = new Canvas(app, element);
    app.graph.isThere.value = true;
    const leave = comeWhenWanted({ app, host: element }, () => loadHands(app, element));
    return () => {
      leave();
      app.canvas.close();
    };
  }, []);
  return html`<div class="surface" ref=${host} tabindex="0" role="application" aria-label=${t("shell.graph")}
    aria-roledescription=${t("shell.graph-role")}></div>`;
}
