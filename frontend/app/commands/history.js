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
  // what is being dragged may be gone by it
  app.gestures?.cancel();
  const entry = app.tab.store[way]();
  app.notices.dismiss(lastSaid);
  const text = entry ? t(`say.${way}`, { what: t(entry.label) }) : t(`say.no-${way}`);
  lastSaid = app.notices.tell(text);
  if (!entry) return;
  const patches = way === "undo" ? entry.inverse : entry.patches;
  import("../ui/show-change.js")
    .then(({ showChange }) => showChange(app, patches))
    .catch((problem) => app.notices.problem(problem));
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
