// @ts-check
/** What else can be done about running: the commands of that group. */

import { html } from "htm/preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../i18n.js";
import { keyText, titleOf } from "./command-button.js";

/** @typedef {import("../commands/registry.js").Command} Command */

/** @param {{ app: import("../app.js").App, close: () => void }} props */
export default function RunMenu({ app, close }) {
  const menu = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => buttonsOf(menu.current)[0]?.focus(), []);
  const commands = app.commands.all().filter((each) => each.group === "run" && !each.isHidden);
  const pick = (/** @type {Command} */ command) => {
    close();
    app.commands.run(app, command.id);
  };
  return html`<div class="main-menu" role="menu" aria-label=${t("run.more")} ref=${menu} onKeyDown=${move}>
    <div class="main-menu-group">
      ${commands.map((each) => {
        const [key] = app.keymap.keysOf(each);
        return html`<button key=${each.id} type="button" tabindex="-1" role="menuitem" class="main-menu-item"
          disabled=${each.when && !each.when(app)} onClick=${() => pick(each)}>
          <span class="main-menu-title">${titleOf(each)}</span>${key && html`<kbd>${keyText(key)}</kbd>`}
        </button>`;
      })}
    </div>
  </div>`;
}

/** @param {HTMLElement | null} menu @returns {HTMLElement[]} */
const buttonsOf = (menu) =>
  /** @type {HTMLElement[]} */ ([...(menu?.querySelectorAll("button:enabled") ?? [])]);

/** @param {KeyboardEvent} event */
function move(event) {
  const items = buttonsOf(/** @type {HTMLElement} */ (event.currentTarget));
  const now = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  /** @type {Record<string, number>} */
  const places = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: -1, Tab: now };
  if (!(event.key in places)) return;
  event.preventDefault();
  event.stopPropagation();
  items.at(places[event.key] % items.length)?.focus();
}
