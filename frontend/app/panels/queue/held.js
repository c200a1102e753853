// @ts-check
/** Says that the queue is paused, above what it holds. */

import { html } from "htm/preact";
import { t } from "../../i18n.js";
import { icon } from "../../ui/icons.js";

/** @param {{ app: import("../../app.js").App }} props */
export function Held({ app }) {
  if (!app.queue.isHeld.value) return null;
  return html`<div class="queue-held" role="status">
    ${icon("pause")}<p>${t("queue.held")}</p>
    <button type="button" class="button" onClick=${() => app.commands.run(app, "run.resume")}>${t("queue.resume")}</button>
  </div>`;
}
