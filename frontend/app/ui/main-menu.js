// @ts-check
/** The menu behind the mark: every command that says it belongs there, by group. */

import { html } from "htm/preact";
import { t } from "../i18n.js";
import { entryOf } from "../model/maps.js";
import { CommandMenu } from "./command-menu.js";
import { icon } from "./icons.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../commands/registry.js").Command} Command */

const KIND = "main-menu";
const ORDER = ["file", "edit", "view", "graph", "node", "link", "run", "panel", "help"];

/** @param {{ app: App }} props */
export function MainMenuButton({ app }) {
  const isOpen = app.overlays.open.value.some((each) => each.kind === KIND);
  const toggle = (/** @type {MouseEvent} */ event) => {
    if (app.overlays.close(KIND)) return;
    const { left, bottom } = /** @type {HTMLElement} */ (event.currentTarget).getBoundingClientRect();
    app.overlays.show({ kind: KIND, at: { x: left, y: bottom + 4 } });
  };
  return html`<button type="button" class="mark-button" aria-haspopup="menu" aria-expanded=${isOpen}
    aria-label=${t("shell.menu")} data-tip=${t("shell.menu")} onClick=${toggle}>
    <svg class="mark" viewBox="0 0 20 20" aria-hidden="true">
      <circle cx="8" cy="8" r="5.5" /><circle cx="12" cy="12" r="5.5" />
    </svg>
    ${icon("chevron-down")}
  </button>`;
}

/** @param {{ app: App, close: () => void }} props */
export default function MainMenu({ app, close }) {
  const groups = /** @type {Map<string, Command[]>} */ (new Map());
  for (const each of app.commands.all())
    if (each.menus?.includes("main")) entryOf(groups, each.group, () => []).push(each);
  const sorted = [...groups].sort(([a], [b]) => ORDER.indexOf(a) - ORDER.indexOf(b));
  return html`<${CommandMenu} app=${app} label=${t("shell.menu")} groups=${sorted.map(([, each]) => each)} close=${close} />`;
}
