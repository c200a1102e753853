// @ts-check
/** Undo and redo. */

import { t } from "../i18n.js";

/** @typedef {import("../app.js").App} App */

export const FIELDS = "input:not([type=checkbox], [type=radio], [type=range]), textarea, [contenteditable]";

/** Fields have an undo of their own. */
export const isTyping = () => Boolean(document.activeElement?.matches(FIELDS));

let lastSaid = -1;

/** @param {App} app @param {"undo" | "redo"} way */
function step(app, way) {
  const label = app.tab.store[way]();
  app.notices.dismiss(lastSaid);
  const text = label ? t(`say.${way}`, { what: t(label) }) : t(`say.no-${way}`);
  lastSaid = app.notices.tell(text);
}

/** @type {import("./registry.js").Command[]} */
export const HISTORY = [
  {
    id: "edit.undo",
    group: "edit",
    keys: ["Ctrl+Z"],
    on: "anywhere",
    menus: ["main"],
    when: () => !isTyping(),
    run: (app) => step(app, "undo"),
  },
  {
    id: "edit.redo",
    group: "edit",
    keys: ["Ctrl+Y", "Ctrl+Shift+Z"],
    on: "anywhere",
    menus: ["main"],
    when: () => !isTyping(),
    run: (app) => step(app, "redo"),
  },
];
