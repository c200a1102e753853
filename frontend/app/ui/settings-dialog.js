// @ts-check
/** A person's choices, by group. */

import { html } from "htm/preact";
import { t } from "../i18n.js";
import { SETTINGS } from "../state/settings.js";
import { Window } from "./dialog.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../state/settings.js").Setting} Setting */

const GROUPS = /** @type {const} */ (["look", "graph", "run", "access"]);

/** @param {{ app: App, close: () => void }} props */
export default function SettingsDialog({ app, close }) {
  return html`<${Window} title=${t("settings.title")} close=${close}>
    <div class="settings">
      ${GROUPS.map(
        (group) => html`<h3 key=${group}>${t(`settings.group.${group}`)}</h3>
        ${SETTINGS.filter((each) => each.group === group).map((each) => html`<${Row} key=${each.id} app=${app} setting=${each} />`)}`,
      )}
    </div>
  <//>`;
}

/** @param {{ app: App, setting: Setting }} props */
function Row({ app, setting }) {
  const id = `setting-${setting.id}`;
  return html`<div class="setting" data-setting=${setting.id}>
    <label for=${id}>${t(`setting.${setting.id}`)}</label>
    <div class="setting-control"><${Control} app=${app} setting=${setting} id=${id} /></div>
  </div>`;
}

/** @param {{ app: App, setting: Setting, id: string }} props */
function Control({ app: { settings }, setting, id }) {
  const value = settings.get(setting.id);
  const set = (/** @type {unknown} */ news) => settings.set(setting.id, news);
  const targetOf = (/** @type {Event} */ event) => /** @type {HTMLInputElement} */ (event.currentTarget);
  if (setting.kind === "bool")
    return html`<input id=${id} class="switch" type="checkbox" role="switch" checked=${value}
      onChange=${(/** @type {Event} */ event) => set(targetOf(event).checked)} />`;
  if (setting.kind === "choice")
    return html`<select id=${id} class="field" value=${value} onChange=${(/** @type {Event} */ event) => set(targetOf(event).value)}>
      ${setting.choices?.map((each) => html`<option key=${each} value=${each} selected=${each === value}>${t(`setting.${setting.id}.${each}`)}</option>`)}
    </select>`;
  const { min = 0, max = 100 } = setting;
  return html`<input id=${id} type="range" min=${min} max=${max} step=${(max - min) / 100} value=${value}
      onInput=${(/** @type {Event} */ event) => set(targetOf(event).valueAsNumber)} />
    <output for=${id}>${max <= 1 ? `${Math.round(value * 100)} %` : value}</output>`;
}
