// @ts-check
/** The bar at the top: menu, documents, face, running, and whether the server answers. */

import { html } from "htm/preact";
import { t } from "../i18n.js";
import { FaceSwitch } from "./face-switch.js";
import { icon } from "./icons.js";
import { MainMenuButton } from "./main-menu.js";
import { Slot } from "./slot.js";

/** @typedef {import("../app.js").App} App */

const tabBar = () => import("./tab-bar.js");
const runBar = () => import("./run-bar.js");

/** @param {{ app: App, isPhone: boolean }} props */
export function TopBar({ app, isPhone }) {
  return html`<header class="top-bar">
    <${MainMenuButton} app=${app} />
    <div class="tab-slot"><${Slot} load=${tabBar} with=${{ app }} /></div>
    <${Connection} app=${app} />
    <${FaceSwitch} app=${app} />
    ${!isPhone && html`<${RunSlot} app=${app} />`}
  </header>`;
}

/** @param {{ app: App }} props */
export function RunSlot({ app }) {
  return html`<div class="run-slot"><${Slot} load=${runBar} with=${{ app }} /></div>`;
}

/** @param {{ app: App }} props */
function Connection({ app }) {
  if (app.queue.connection.value !== "lost") return null;
  return html`<span class="connection" role="status" data-tip=${t("shell.lost-tip")}>
    ${icon("offline")}<span class="connection-word">${t("shell.lost")}</span>
  </span>`;
}
