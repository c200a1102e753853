// @ts-check
/** A menu of commands, by group: the focus goes round in it, and what is picked closes it first. */

import { html } from "htm/preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { keyText, titleOf } from "./command-button.js";
import { icon } from "./icons.js";
import { stepIn } from "./menu-keys.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../commands/registry.js").Command} Command */

/**
 * @param {{ app: App, label: string, groups: readonly (readonly Command[])[], close: () => void, argument?: unknown }} props
 *   argument: what the commands are about
 */
export function CommandMenu({ app, label, groups, close, argument }) {
  const menu = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => itemsOf(menu.current)[0]?.focus(), [argument]);
  const pick = (/** @type {Command} */ command) => {
    close();
    app.commands.run(app, command.id, argument);
  };
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    if (!stepIn(event, itemsOf(menu.current))) return;
    event.preventDefault();
    event.stopPropagation();
  };
  return html`<div class="main-menu" role="menu" aria-label=${label} ref=${menu} onKeyDown=${onKey}>
    ${groups.map(
      (commands) => html`<div key=${commands[0]?.id} role="group" class="main-menu-group">
        ${commands.map(
          (each) =>
            html`<${Item} key=${each.id} app=${app} command=${each} argument=${argument} onPick=${pick} />`,
        )}
      </div>`,
    )}
  </div>`;
}

/** @param {{ app: App, command: Command, argument: unknown, onPick: (command: Command) => void }} props */
function Item({ app, command, argument, onPick }) {
  const isOn = command.isOn?.(app);
  const [key] = app.keymap.keysOf(command);
  return html`<button type="button" tabindex="-1" class="menu-item" role=${isOn === undefined ? "menuitem" : "menuitemcheckbox"}
    aria-checked=${isOn} disabled=${command.when && !command.when(app, argument)} onClick=${() => onPick(command)}
    onPointerEnter=${(/** @type {PointerEvent} */ event) => /** @type {HTMLElement} */ (event.currentTarget).focus()}>
    <span class="menu-check">${isOn && icon("check")}</span>
    <span class="menu-title">${titleOf(command)}</span>
    ${key && html`<kbd>${keyText(key)}</kbd>`}
  </button>`;
}

/** @param {HTMLElement | null} menu @returns {HTMLElement[]} */
const itemsOf = (menu) =>
  /** @type {HTMLElement[]} */ ([...(menu?.querySelectorAll("button:enabled") ?? [])]);
