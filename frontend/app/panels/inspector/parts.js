// @ts-check
/** Pieces of the inspector: sections, texts that are taken when one leaves them, modes and colours. */

import { html } from "htm/preact";
import { t } from "../../i18n.js";
import { setField } from "../../model/edits/nodes.js";
import { colorOf, cssColor, HUES } from "../../model/looks.js";
import { icon } from "../../ui/icons.js";
import { graphNow } from "../../ui/now.js";

/** @typedef {import("../../app.js").App} App */
/** @typedef {import("../../state/tab.js").Tab} Tab */

const MODES = /** @type {const} */ (["run", "mute", "bypass"]);

/** @param {{ title?: string, children: any }} props */
export const Section = ({ title, children }) =>
  html`<section class="inspector-section">${title && html`<h3>${title}</h3>`}${children}</section>`;

/**
 * A text that is written to the document as it is typed.
 * @param {{ label: string, value: string, placeholder?: string, isLong?: boolean, list?: string, onText: (text: string) => void }} props
 */
export function Text({ label, value, placeholder, isLong, list, onText }) {
  const onInput = (/** @type {InputEvent} */ event) =>
    onText(/** @type {HTMLInputElement} */ (event.currentTarget).value);
  return html`<label class="inspector-text">
    <span class="field-label">${label}</span>
    ${
      isLong
        ? html`<textarea class="field inspector-long" rows="2" value=${value} placeholder=${placeholder} onInput=${onInput}></textarea>`
        : html`<input class="field" value=${value} placeholder=${placeholder} list=${list} onInput=${onInput} />`
    }
  </label>`;
}

/** @param {{ tab: Tab, ids: readonly string[] }} props */
export function Modes({ tab, ids }) {
  const { nodes } = graphNow(tab);
  const modes = new Set(ids.map((id) => nodes[id]?.mode ?? "run"));
  const set = (/** @type {string} */ mode) =>
    tab.store.commit("edit.mode", setField(tab.level, ids, "mode", mode === "run" ? undefined : mode));
  return html`<div class="segments is-wide" role="group" aria-label=${t("inspector.mode")}>
    ${MODES.map(
      (each) => html`<button key=${each} type="button" aria-pressed=${modes.size === 1 && modes.has(each)}
        data-tip=${t(`inspector.mode.${each}.tip`)} onClick=${() => set(each)}>${t(`inspector.mode.${each}`)}</button>`,
    )}
  </div>`;
}

/** @param {{ tab: Tab, ids: readonly string[] }} props */
export function Colors({ tab, ids }) {
  const first = graphNow(tab).nodes[ids[0]];
  const now = first ? colorOf(first) : "";
  const set = (/** @type {string | undefined} */ color) =>
    tab.store.commit("edit.color", setField(tab.level, ids, "color", color));
  return html`<div class="inspector-colors" role="group" aria-label=${t("inspector.color")}>
    <button type="button" class="swatch is-none" aria-pressed=${!now} aria-label=${t("inspector.color.none")}
      data-tip=${t("inspector.color.none")} onClick=${() => set(undefined)}>${icon("close")}</button>
    ${HUES.map(
      (
        each,
      ) => html`<button key=${each} type="button" class="swatch" style=${{ "--swatch": cssColor(each) }} aria-pressed=${now === each}
        aria-label=${t(`inspector.hue.${each}`)} onClick=${() => set(each)}></button>`,
    )}
  </div>`;
}
