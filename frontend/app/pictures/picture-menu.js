// @ts-check
/** What can be done with a picture, where it was pressed. */

import { html } from "htm/preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../i18n.js";
import { keyText, titleOf } from "../ui/command-button.js";

/** @typedef {import("../app.js").App} App */

const GROUPS = [
  ["picture.open", "picture.compare", "picture.mask"],
  ["picture.use", "picture.open-workflow"],
  ["picture.copy", "picture.download"],
  ["picture.delete"],
];

/** @param {{ overlay: import("../ui/overlays.js").Overlay, app: App, close: () => void }} props */
export default function PictureMenu({ overlay, app, close }) {
  const menu = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => itemsIn(menu.current)[0]?.focus(), [overlay]);
  const { given } = overlay;
  const isFile = given.pictures[given.index]?.file?.kind !== "output";
  const canRun = (/** @type {string} */ id) => {
    const command = app.commands.get(id);
    return (
      command && (command.when?.(app, given) ?? true) && !(id === "picture.delete" && given.nodeId && isFile)
    );
  };
  const groups = GROUPS.map((ids) => ids.filter(canRun)).filter((each) => each.length);
  const pick = (/** @type {string} */ id) => {
    close();
    app.commands.run(app, id, given);
  };
  return html`<div class="main-menu picture-menu" role="menu" aria-label=${t("picture.menu")} ref=${menu} onKeyDown=${move}>
    ${groups.map(
      (ids) => html`<div key=${ids[0]} role="group" class="main-menu-group">
        ${ids.map((id) => html`<${Item} key=${id} app=${app} id=${id} onPick=${pick} />`)}
      </div>`,
    )}
  </div>`;
}

/** @param {{ app: App, id: string, onPick: (id: string) => void }} props */
function Item({ app, id, onPick }) {
  const command = /** @type {import("../commands/registry.js").Command} */ (app.commands.get(id));
  const [key] = app.keymap.keysOf(command);
  return html`<button type="button" role="menuitem" tabindex="-1" class="main-menu-item" onClick=${() => onPick(id)}
    onPointerEnter=${(/** @type {PointerEvent} */ event) => /** @type {HTMLElement} */ (event.currentTarget).focus()}>
    <span class="main-menu-check"></span>
    <span class="main-menu-title">${titleOf(command)}</span>
    ${key && html`<kbd>${keyText(key)}</kbd>`}
  </button>`;
}

/** @param {HTMLElement | null} menu */
const itemsIn = (menu) => /** @type {HTMLElement[]} */ ([...(menu?.querySelectorAll("button") ?? [])]);

/** @param {KeyboardEvent} event */
function move(event) {
  const items = itemsIn(/** @type {HTMLElement} */ (event.currentTarget));
  const now = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  /** @type {Record<string, number>} */
  const places = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: -1 };
  if (!(event.key in places)) return;
  event.preventDefault();
  event.stopPropagation();
  items.at(places[event.key] % items.length)?.focus();
}
