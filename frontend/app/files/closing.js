// @ts-check
/** Closes tabs; what is nowhere else is asked about first. */

import { t } from "../i18n.js";
import { save } from "./saving.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../state/tab.js").Tab} Tab */

/** @param {App} app @param {Tab} [tab] @returns {Promise<boolean>} whether it is closed */
export async function closeTab(app, tab = app.tab) {
  const { isChanged, name } = tab;
  if (isChanged.value && !name.value && !(await isSettled(app, tab))) return false;
  app.workspace.close(tab.id);
  if (isChanged.value && name.value) {
    const action = { label: t("tabs.reopen"), run: () => app.workspace.reopen() };
    app.notices.tell(t("tabs.closed-changed", { title: titleOf(tab) }), "info", action);
  }
  return true;
}

/** @param {Tab} tab */
export const titleOf = (tab) => tab.title.value || t("tabs.untitled");

/** Ask what becomes of edits; say whether the tab may go. @param {App} app @param {Tab} tab */
async function isSettled(app, tab) {
  const { ask } = await import("../ui/dialog.js");
  const answer = await ask(app, {
    title: t("tabs.close-title", { title: titleOf(tab) }),
    text: t("tabs.close-text"),
    actions: [
      { id: "cancel", label: t("dialog.cancel"), kind: "plain" },
      { id: "discard", label: t("tabs.discard"), kind: "danger" },
      { id: "save", label: t("tabs.save"), kind: "main" },
    ],
  });
  if (answer?.action === "discard") return true;
  return answer?.action === "save" && save(app, tab);
}
