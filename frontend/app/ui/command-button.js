// @ts-check
/** Buttons that run commands, and how commands are named. */

import { html } from "htm/preact";
import { t } from "../i18n.js";
import { icon } from "./icons.js";

/** @typedef {import("../app.js").App} App */

/** @param {import("../commands/registry.js").Command} command */
export const titleOf = (command) => command.title ?? t(`command.${command.id}`);

const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

/** Write a key as it stands on the keyboard. @param {string} key */
export function keyText(key) {
  const plain = key.replace(/Arrow\w+|Plus$/, (name) => SIGNS[name] ?? name);
  return isMac ? plain.replace("Ctrl+", "⌘").replace("Alt+", "⌥").replace("Shift+", "⇧") : plain;
}

/** @type {Readonly<Record<string, string>>} */
const SIGNS = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Plus: "+" };

/**
 * A round-cornered button with a picture and a tooltip.
 * @param {{ name: string, label: string, keys?: string, onClick: (event: MouseEvent) => void, [more: string]: unknown }} props
 */
export function IconButton({ name, label, keys = "", onClick, class: more = "", ...rest }) {
  return html`<button type="button" class=${`icon-button ${more}`} aria-label=${label} data-tip=${label}
    data-tip-keys=${keys && keyText(keys)} onClick=${onClick} ...${rest}>${icon(name)}</button>`;
}

/**
 * A button for a command; nothing where there is no such command.
 * @param {{ app: App, id: string, name: string, argument?: unknown }} props
 */
export function CommandButton({ app, id, name, argument }) {
  const command = app.commands.get(id);
  if (!command) return null;
  return html`<${IconButton} name=${name} label=${titleOf(command)} keys=${app.keymap.keysOf(command)[0] ?? ""}
    onClick=${() => app.commands.run(app, id, argument)} />`;
}
