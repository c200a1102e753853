// @ts-check
/** The window: bar, docks, the graph or the form, notices, what lies over everything. */

import { html } from "htm/preact";
import { useEffect, useMemo } from "preact/hooks";
import { chooseFaces } from "../form/first-face.js";
import { t } from "../i18n.js";
import { lasting } from "../state/kept.js";
import { Dock, Rail, Sheet } from "./docks.js";
import { isPhone, Layout } from "./layout.js";
import { NoticesView } from "./notices-view.js";
import { OverlayHost } from "./overlay-host.js";
import { askFor, stylesOf } from "./parts.js";
import { Slot } from "./slot.js";
import { startTooltips } from "./tooltip.js";
import { RunSlot, TopBar } from "./top-bar.js";

/** @typedef {import("../app.js").App} App */

const form = async () => {
  askFor("app/form/form-view.js");
  return (await Promise.all([import("../form/form-view.js"), stylesOf("form")]))[0];
};
const graph = async () => {
  askFor("app/ui/graph-face.js");
  return (await Promise.all([import("./graph-face.js"), stylesOf("graph")]))[0];
};

/** @param {{ app: App }} props */
export function Shell({ app }) {
  const layout = useMemo(() => new Layout(lasting, app.panels), []);
  const stopChoosing = useMemo(() => chooseFaces(app), []);
  useEffect(() => stopChoosing, []);
  useEffect(startTooltips, []);
  useEffect(() => app.panels.open.subscribe(() => layout.keep()), []);
  const isNarrow = isPhone.value;
  const face = app.workspace.active.value?.face.value ?? "graph";
  return html`<div class=${isNarrow ? "shell is-phone" : "shell"} data-face=${face}>
    <${TopBar} app=${app} isPhone=${isNarrow} />
    <div class="shell-body">
      ${!isNarrow && html`<${Side} app=${app} layout=${layout} side="left" />`}
      <${Faces} key="faces" app=${app} face=${face} />
      ${!isNarrow && html`<${Side} app=${app} layout=${layout} side="right" />`}
    </div>
    ${isNarrow && html`<${Below} app=${app} face=${face} />`}
    <${NoticesView} app=${app} />
    <${OverlayHost} app=${app} />
    <div id="live" class="visually-hidden" aria-live="polite"></div>
  </div>`;
}

/** @param {{ app: App, face: "graph" | "form" }} props */
function Faces({ app, face }) {
  const { isWanted } = app.graph;
  useEffect(() => {
    if (face === "graph") isWanted.value = true;
  }, [face]);
  return html`<main class="faces">
    ${(face === "graph" || isWanted.value) && html`<${Slot} key="graph" load=${graph} with=${{ app, isSeen: face === "graph" }} />`}
    ${face === "form" && html`<div class="form-face"><${Slot} load=${form} with=${{ app }} /></div>`}
  </main>`;
}

/** @param {{ app: App, layout: Layout, side: import("./layout.js").Side }} props */
function Side({ app, layout, side }) {
  const { all, areHidden } = app.panels;
  const panels = areHidden.value ? [] : all.value.filter((each) => each.side === side);
  const rail = html`<${Rail} key="rail" app=${app} class=${`rail-${side}`} label=${t(`shell.rail.${side}`)} panels=${panels} />`;
  const dock = html`<${Dock} key="dock" app=${app} layout=${layout} side=${side} />`;
  return side === "left" ? [rail, dock] : [dock, rail];
}

/** What a phone has below: panels, running, and the open panel as a sheet. @param {{ app: App, face: "graph" | "form" }} props */
function Below({ app, face }) {
  const { all, left, right } = app.panels;
  const open = right.value ?? left.value;
  return html`${open && html`<${Sheet} app=${app} panel=${open} />`}
    <footer class="bottom-bar">
      <${Rail} app=${app} class="rail-bottom" label=${t("shell.rail.bottom")} panels=${all.value} />
      ${face === "graph" && html`<${RunSlot} app=${app} />`}
    </footer>`;
}
