// @ts-check
/** The menu behind the mark: every command that says it belongs there, by group. */

import { html } from "htm/preact";
import { t } from "../i18n.js";
import { entryOf } from "../model/maps.js";
import { CommandMenu } from "./command-menu.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../commands/registry.js").Command} Command */

const ORDER = ["file", "edit", "view", "graph", "node", "link", "run", "panel", "help"];

/** @param {{ app: App, close: () => void }} props */
export default function MainMenu({ app, close }) {
  const groups = /** @type {Map<string, Command[]>} */ (new Map());
  for (const each of app.commands.all())
    if (each.menus?.includes("main")) entryOf(groups, each.group, () => []).push(each);
  const sorted = [...groups].sort(([a], [b]) => ORDER.indexOf(a) - ORDER.indexOf(b));
  return html`<${CommandMenu} app=${app} label=${t("shell.menu")} groups=${sorted.map(([, each]) => each)} close=${close} />`;
}
