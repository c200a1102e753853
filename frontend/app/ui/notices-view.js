// @ts-check
/** Short messages in the corner: polite ones, and those that are told at once. */

import { html } from "htm/preact";
import { t } from "../i18n.js";
import { IconButton } from "./command-button.js";
import { icon } from "./icons.js";

/** @typedef {import("./notices.js").Notice} Notice */

/** @param {{ app: import("../app.js").App }} props */
export function NoticesView({ app }) {
  const all = app.notices.all.value;
  const of = (/** @type {boolean} */ isBad) =>
    all
      .filter((each) => (each.kind === "bad") === isBad)
      .map((each) => html`<${Toast} key=${each.id} app=${app} notice=${each} />`);
  return html`<div class="notices">
    <div role="alert">${of(true)}</div>
    <div role="status">${of(false)}</div>
  </div>`;
}

/** @param {{ app: import("../app.js").App, notice: Notice }} props */
function Toast({ app, notice }) {
  const { id, kind, text, action } = notice;
  const act = async () => {
    app.notices.dismiss(id);
    try {
      await action?.run();
    } catch (problem) {
      app.notices.problem(problem);
    }
  };
  return html`<div class=${`toast is-${kind}`}>
    ${icon(kind === "bad" ? "error" : kind === "good" ? "good" : "info")}
    <p>${text}</p>
    ${action && html`<button type="button" class="button is-quiet" onClick=${act}>${action.label}</button>`}
    <${IconButton} name="close" label=${t("shell.dismiss")} onClick=${() => app.notices.dismiss(id)} />
  </div>`;
}
