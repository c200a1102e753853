// @ts-check
/** Says what a node of an unknown type is, where it comes from, and what it keeps. */

import { html } from "htm/preact";
import { t } from "../i18n.js";
import { Window } from "./dialog.js";

/** @typedef {import("../model/document.js").Node} Node */

/**
 * Return the pack that a node names, as ComfyUI's editor writes it.
 * @param {Node} node @returns {{ pack: string, version: string }}
 */
export function packOf({ foreign }) {
  const about = foreign?.node?.properties ?? {};
  return { pack: String(about.cnr_id ?? about.aux_id ?? ""), version: String(about.ver ?? "") };
}

/** @param {{ pack: string, version: string }} about */
function packText({ pack, version }) {
  if (!pack) return t("missing.pack-unknown");
  if (pack === "comfy-core") return t("missing.core");
  return version ? t("missing.pack-version", { pack, version }) : t("missing.pack", { pack });
}

/** @param {unknown} value */
const worded = (value) => (typeof value === "string" ? value : JSON.stringify(value));

/** @param {Node} node @returns {[string, unknown][]} */
function keptValues({ values, foreign }) {
  const named = Object.entries(values ?? {});
  const given = foreign?.node?.widgets_values;
  if (named.length || !given) return named;
  return Object.entries(given).map(([key, value]) => [
    Array.isArray(given) ? String(Number(key) + 1) : key,
    value,
  ]);
}

/** @param {{ overlay: import("./overlays.js").Overlay, app: import("../app.js").App, close: () => void }} props */
export default function MissingNode({ overlay, app, close }) {
  const node = app.tab.graph.nodes[overlay.given.node];
  if (!node) return null;
  const values = keptValues(node);
  return html`<${Window} title=${t("note.missing", { type: node.type })} close=${close}>
    <div class="dialog-form">
      <p class="dialog-text">${packText(packOf(node))} ${t("missing.text")}</p>
      ${
        values.length > 0 &&
        html`<section class="field-row"><h3>${t("missing.values")}</h3>
          <table class="value-table"><tbody>
            ${values.map(([name, value]) => html`<tr key=${name}><th scope="row">${name}</th><td>${worded(value)}</td></tr>`)}
          </tbody></table></section>`
      }
      <div class="dialog-actions"><button type="button" class="button is-main" autofocus onClick=${close}>${t("dialog.ok")}</button></div>
    </div>
  <//>`;
}
