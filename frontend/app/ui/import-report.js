// @ts-check
/** What reading a file found: missing node types and models, notes on values. */

import { html } from "htm/preact";
import { t } from "../i18n.js";
import { Window } from "./dialog.js";

/** @typedef {import("../files/importing.js").Report} Report */

/** ComfyUI itself, as reports name it. */
const CORE = "comfy-core";

/** @param {{ overlay: import("./overlays.js").Overlay, close: () => void }} props */
export default function ImportReport({ overlay, close }) {
  const { name, report } = /** @type {{ name: string, report: Report }} */ (overlay.given);
  const { missing_types: types, missing_models: models, notes } = report;
  return html`<${Window} title=${t("import.title", { name })} close=${close}>
    <div class="dialog-form">
      ${types.length > 0 && html`<${Part} title=${t("import.types")} hint=${t("import.types-hint")} rows=${types.map((each) => [each.type, packText(each)])} />`}
      ${models.length > 0 && html`<${Part} title=${t("import.models")} hint=${t("import.models-hint")} rows=${models.map((each) => [each.directory ? `${each.directory}/${each.name}` : each.name, modelText(each)])} />`}
      ${notes.length > 0 && html`<${Part} title=${t("import.notes")} rows=${notes.map((each) => [[each.node, each.input].filter(Boolean).join(" "), each.message])} />`}
      <div class="dialog-actions"><button type="button" class="button is-main" autofocus onClick=${close}>${t("dialog.ok")}</button></div>
    </div>
  <//>`;
}

/** @param {{ pack: string, version: string }} type */
function packText({ pack, version }) {
  if (pack === CORE) return t("missing.core");
  if (!pack) return t("missing.pack-unknown");
  return version ? t("missing.pack-version", { pack, version }) : t("missing.pack", { pack });
}

/** @param {Report["missing_models"][number]} model */
const modelText = ({ url, near }) =>
  [url, near.length ? t("import.near", { names: near.join(", ") }) : ""].filter(Boolean).join(" ");

/** @param {{ title: string, hint?: string, rows: string[][] }} props */
function Part({ title, hint, rows }) {
  return html`<section class="field-row">
    <h3>${title}</h3>
    ${hint && html`<p class="hint">${hint}</p>`}
    <table class="value-table"><tbody>
      ${rows.map(([name, about], index) => html`<tr key=${index}><th scope="row">${name}</th><td>${about}</td></tr>`)}
    </tbody></table>
  </section>`;
}
