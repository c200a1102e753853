// @ts-check
/** The menu behind the mark: every command that says it belongs there, by group. */

import { html } from "htm/preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../i18n.js";
import { entryOf } from "../model/maps.js";
import { keyText, titleOf } from "./command-button.js";
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
  const menu = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => itemsOf(menu.current)[0]?.focus(), []);
  const groups = /** @type {Map<string, Command[]>} */ (new Map());
  for (const each of app.commands.all())
    if (each.menus?.includes("main")) entryOf(groups, each.group, () => []).push(each);
  const pick = (/** @type {Command} */ command) => {
    close();
    app.commands.run(app, command.id);
  };
  return html`<div class="main-menu" role="menu" aria-label=${t("shell.menu")} ref=${menu} onKeyDown=${move}>
    ${[...groups]
      .sort(([a], [b]) => ORDER.indexOf(a) - ORDER.indexOf(b))
      .map(
        ([group, commands]) => html`<div key=${group} role="group" class="main-menu-group">
        ${commands.map((each) => html`<${Item} key=${each.id} app=${app} command=${each} onPick=${pick} />`)}
      </div>`,
      )}
  </div>`;
}

/** @param {{ app: App, command: Command, onPick: (command: Command) => void }} props */
function Item({ app, command, onPick }) {
  const isOn = command.isOn?.(app);
  const [key] = app.keymap.keysOf(command);
  return html`<button type="button" class="main-menu-item" role=${isOn === undefined ? "menuitem" : "menuitemcheckbox"}
    aria-checked=${isOn} disabled=${command.when && !command.when(app)} onClick=${() => onPick(command)}
    onPointerEnter=${(/** @type {PointerEvent} */ event) => /** @type {HTMLElement} */ (event.currentTarget).focus()}>
    <span class="main-menu-check">${isOn && icon("check")}</span>
    <span class="main-menu-title">${titleOf(command)}</span>
    ${key && html`<kbd>${keyText(key)}</kbd>`}
  </button>`;
}

/** @param {HTMLElement | null} menu @returns {HTMLElement[]} */
const itemsOf = (menu) =>
  menu
    ? [...menu.querySelectorAll("button:not(:disabled)")].map((each) => /** @type {HTMLElement} */ (each))
    : [];

/** @param {KeyboardEvent} event */
function move(event) {
  const items = itemsOf(/** @type {HTMLElement} */ (event.currentTarget));
  const now = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  /** @type {Record<string, number>} */
  const places = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: -1, Tab: now };
  if (!(event.key in places)) return;
  event.preventDefault();
  event.stopPropagation();
  items.at(places[event.key] % items.length)?.focus();
}
