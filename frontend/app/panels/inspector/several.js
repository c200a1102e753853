// @ts-check
/** Several nodes at once: what they can be given together. */

import { html } from "htm/preact";
import { t } from "../../i18n.js";
import { Colors, Modes, Section } from "./parts.js";

/** @param {{ app: import("../../app.js").App, tab: import("../../state/tab.js").Tab, ids: readonly string[] }} props */
export function SeveralPart({ tab, ids }) {
  return html`<div class="inspector">
    <${Section}><p class="inspector-type">${t("inspector.several", { count: ids.length })}</p><//>
    <${Section} title=${t("inspector.mode")}><${Modes} tab=${tab} ids=${ids} /><//>
    <${Section} title=${t("inspector.color")}><${Colors} tab=${tab} ids=${ids} /><//>
  </div>`;
}
