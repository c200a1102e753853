// @ts-check
/** The mark, which opens the menu of commands. */

import { html } from "htm/preact";
import { t } from "../i18n.js";
import { icon } from "./icons.js";

/** @typedef {import("../app.js").App} App */

const KIND = "main-menu";

/** @param {{ app: App }} props */
export function MenuButton({ app }) {
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
