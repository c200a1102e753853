// @ts-check
/** The bar at the top: menu, documents, face, running, and whether the server answers. */

import { html } from "htm/preact";
import { t } from "../i18n.js";
import { FaceSwitch } from "./face-switch.js";
import { icon } from "./icons.js";
import { MenuButton } from "./menu-button.js";
import RunBar from "./run-bar.js";
import TabBar from "./tab-bar.js";

/** @typedef {import("../app.js").App} App */

/** @param {{ app: App, isPhone: boolean }} props */
export function TopBar({ app, isPhone }) {
  return html`<header class="top-bar">
    <${MenuButton} app=${app} />
    <div class="tab-slot"><${TabBar} app=${app} /></div>
    <${Connection} app=${app} />
    <${FaceSwitch} app=${app} />
    ${!isPhone && html`<${RunSlot} app=${app} />`}
  </header>`;
}

/** @param {{ app: App }} props */
export function RunSlot({ app }) {
  return html`<div class="run-slot"><${RunBar} app=${app} /></div>`;
}

/** @param {{ app: App }} props */
function Connection({ app }) {
  if (app.queue.connection.value !== "lost") return null;
  return html`<span class="connection" role="status" data-tip=${t("shell.lost-tip")}>
    ${icon("offline")}<span class="connection-word">${t("shell.lost")}</span>
  </span>`;
}
