// @ts-check
/** Says what changes when a node takes the present version of its type, and does it as one edit. */

import { signal } from "@preact/signals";
import { html } from "htm/preact";
import { useEffect, useMemo } from "preact/hooks";
import { t } from "../i18n.js";
import { pathIn } from "../model/document.js";
import { specOf } from "../model/schema.js";
import { updated } from "../model/updating.js";
import { Window } from "./dialog.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../model/document.js").Node} Node */

/**
 * Ask the server what it makes of an older node's values.
 * @param {App} app @param {Node} node @returns {Promise<Record<string, unknown>>}
 */
async function migratedValues(app, node) {
  const document = { format: "sfumato", version: 1, nodes: { 1: { ...node, links: {} } } };
  const written = await app.api.post("export", { document, format: "comfyui-api" }).catch(() => ({}));
  return written["1"]?.inputs ?? {};
}

/** @param {{ overlay: import("./overlays.js").Overlay, app: App, close: () => void }} props */
export default function NodeUpdate({ overlay, app, close }) {
  const { tab } = app;
  const id = String(overlay.given.node);
  const node = tab.graph.nodes[id];
  const spec = node && specOf(app.schema.value, tab.store.document, node);
  const found = useMemo(() => signal(/** @type {ReturnType<typeof updated> | null} */ (null)), []);
  useEffect(() => {
    if (!node || !spec) return;
    migratedValues(app, node).then((values) => {
      found.value = updated(node, spec, values);
    });
  }, []);
  if (!node || !spec) return null;
  const update = () => {
    if (!found.value) return;
    tab.store.commit("edit.update-node", [{ path: pathIn(tab.level, "nodes", id), value: found.value.node }]);
    close();
  };
  const versions = { before: node.version ?? 1, after: spec.version };
  const isNewer = versions.before < versions.after;
  return html`<${Window} title=${node.title || spec.title} close=${close}>
    <div class="dialog-form">
      <p class="dialog-text">${t(isNewer ? "update.text" : "update.text-older", versions)}</p>
      ${found.value && html`<${ValueChanges} changes=${found.value.changes} />`}
      <div class="dialog-actions">
        <button type="button" class="button" onClick=${close}>${t("dialog.cancel")}</button>
        <button type="button" class="button is-main" disabled=${!found.value} onClick=${update}>
          ${t("update.do", { version: spec.version })}</button>
      </div>
    </div>
  <//>`;
}

/** @param {unknown} value */
const worded = (value) =>
  value === undefined ? "–" : typeof value === "string" ? value : JSON.stringify(value);

/** @param {{ changes: readonly import("../model/updating.js").ValueChange[] }} props */
function ValueChanges({ changes }) {
  if (!changes.length) return html`<p>${t("update.nothing")}</p>`;
  return html`<table class="value-table"><tbody>
    ${changes.map(
      ({ input, kind, before, after }) => html`<tr key=${input} data-change=${kind}>
        <th scope="row">${input}</th>
        <td>${t(`update.${kind}`, { before: worded(before), after: worded(after) })}</td>
      </tr>`,
    )}
  </tbody></table>`;
}
