// @ts-check
/** The menu behind the mark: every command that says it belongs there, by group. */

import { html } from "htm/preact";
import { byGroup } from "../commands/registry.js";
import { t } from "../i18n.js";
import { entryOf } from "../model/maps.js";
import { CommandMenu } from "./command-menu.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../commands/registry.js").Command} Command */

/** @param {{ app: App, close: () => void }} props */
export default function MainMenu({ app, close }) {
  const groups = /** @type {Map<string, Command[]>} */ (new Map());
  for (const each of app.commands.all().toSorted(byGroup))
    if (each.menus?.includes("main")) entryOf(groups, each.group, () => []).push(each);
  return html`<${CommandMenu} app=${app} label=${t("shell.menu")} groups=${[...groups.values()]} close=${close} />`;
}
