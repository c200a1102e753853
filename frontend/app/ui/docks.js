// @ts-check
/** Panels at the sides and the rails of buttons that open them; on a phone they come from below. */

import { html } from "htm/preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../i18n.js";
import { IconButton } from "./command-button.js";
import { icon } from "./icons.js";
import { Slot } from "./slot.js";
import { Splitter } from "./splitter.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../panels/registry.js").Panel} Panel */
/** @typedef {import("./layout.js").Side} Side */

/** @param {Panel} panel */
const titleOf = (panel) => panel.title ?? t(`panel.${panel.id}`);

/** @param {{ app: App, panels: readonly Panel[], label: string, class: string }} props */
export function Rail({ app, panels, label, class: name }) {
  if (!panels.length) return null;
  return html`<nav class=${`rail ${name}`} aria-label=${label}>
    ${panels.map((panel) => html`<${RailButton} key=${panel.id} app=${app} panel=${panel} />`)}
  </nav>`;
}

/** @param {{ app: App, panel: Panel }} props */
function RailButton({ app, panel }) {
  const isOpen = app.panels[panel.side].value?.id === panel.id;
  const badge = panel.badge?.(app) ?? "";
  const title = titleOf(panel);
  return html`<button type="button" class="rail-button" aria-pressed=${isOpen} data-panel=${panel.id}
    aria-label=${badge ? `${title}, ${badge}` : title} data-tip=${title} onClick=${() => app.panels.toggle(panel.id)}>
    ${icon(panel.icon)}
    <span class="rail-word" aria-hidden="true">${title}</span>
    ${badge && html`<span class="rail-badge" aria-hidden="true">${badge}</span>`}
  </button>`;
}

/** @param {{ app: App, layout: import("./layout.js").Layout, side: Side }} props */
export function Dock({ app, layout, side }) {
  const panel = app.panels[side].value;
  if (!panel) return null;
  return html`<section class=${`dock dock-${side}`} aria-label=${titleOf(panel)} style=${{ width: `${layout.widths.value[side]}px` }}>
    <${PanelBody} key=${panel.id} app=${app} panel=${panel} />
    <${Splitter} layout=${layout} side=${side} />
  </section>`;
}

/** Close a panel; the focus goes to the button that opens it. @param {App} app @param {Panel} panel */
function closePanel(app, panel) {
  app.panels.toggle(panel.id);
  /** @type {HTMLElement | null} */ (
    document.querySelector(`[data-panel="${CSS.escape(panel.id)}"]`)
  )?.focus();
}

/** @param {{ app: App, panel: Panel }} props */
function PanelBody({ app, panel }) {
  return html`<header class="panel-header">
      <h2>${titleOf(panel)}</h2>
      <${IconButton} name="close" label=${t("shell.close-panel")} onClick=${() => closePanel(app, panel)} />
    </header>
    <div class="panel-body"><${Slot} load=${panel.load} with=${{ app }} /></div>`;
}

/** A panel on a phone. @param {{ app: App, panel: Panel }} props */
export function Sheet({ app, panel }) {
  const sheet = useRef(/** @type {HTMLElement | null} */ (null));
  const close = () => closePanel(app, panel);
  useEffect(() => sheet.current?.focus({ preventScroll: true }), [panel.id]);
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Escape") close();
  };
  return html`<div class="sheet-behind" onClick=${close}></div>
    <section class="sheet" ref=${sheet} tabindex="-1" onKeyDown=${onKey} aria-label=${titleOf(panel)}>
      <div class="sheet-handle" onPointerDown=${(/** @type {PointerEvent} */ event) => pullDown(event, close)}></div>
      <${PanelBody} key=${panel.id} app=${app} panel=${panel} />
    </section>`;
}

/** Close a sheet that is pulled down far enough. @param {PointerEvent} event @param {() => void} close */
function pullDown(event, close) {
  const handle = /** @type {HTMLElement} */ (event.currentTarget);
  const sheet = /** @type {HTMLElement} */ (handle.parentElement);
  const stop = new AbortController();
  const { signal } = stop;
  let way = 0;
  handle.setPointerCapture(event.pointerId);
  handle.addEventListener(
    "pointermove",
    (moved) => {
      way = Math.max(0, moved.clientY - event.clientY);
      sheet.style.translate = `0 ${way}px`;
    },
    { signal },
  );
  handle.addEventListener(
    "lostpointercapture",
    () => {
      stop.abort();
      sheet.style.translate = "";
      if (way > sheet.clientHeight / 4) close();
    },
    { signal },
  );
}
