// @ts-check
/** The tools of the mask editor beside the picture. */

import { html } from "htm/preact";
import { t } from "../../i18n.js";
import { icon } from "../../ui/icons.js";
import { MOST_SIZE } from "./session.js";

/** @typedef {import("./session.js").MaskSession} MaskSession */
/** @typedef {import("./session.js").Choices} Choices */

const TOOLS = /** @type {const} */ ([
  { id: "brush", icon: "brush", key: "B" },
  { id: "eraser", icon: "eraser", key: "E" },
  { id: "fill", icon: "fill", key: "G" },
]);
const COLOURS = /** @type {const} */ ({
  red: "#ff4d5e",
  orange: "#ffb02e",
  green: "#38d27a",
  blue: "#3ea6ff",
  purple: "#c36bff",
  black: "#000000",
  white: "#ffffff",
});
const MOST_EDGE = 128;
const STEPS = 100;

/** @param {{ session: MaskSession, onColour: () => void, onView: () => void }} props */
export function Tools({ session, onColour, onView }) {
  const choices = session.choices.value;
  const isBusy = session.isBusy.value;
  const choose = (/** @type {Partial<Choices>} */ some) => session.choose(some);
  const { edge } = choices;
  return html`<aside class="mask-tools" aria-label=${t("mask.tool")}>
    ${choices.tool === "fill" ? html`<${Filling} choices=${choices} choose=${choose} />` : html`<${Brush} choices=${choices} choose=${choose} />`}
    <fieldset disabled=${isBusy}>
      <legend>${t("mask.edge")}</legend>
      <${Slider} name="edge" label=${t("mask.pixels")} value=${edge} min="1" max=${MOST_EDGE} text=${`${edge} px`}
        onValue=${(/** @type {number} */ value) => choose({ edge: value })} />
      <div class="mask-deeds">
        <button type="button" class="button" onClick=${() => session.apply("grow", { by: edge })}>${t("mask.grow")}</button>
        <button type="button" class="button" onClick=${() => session.apply("grow", { by: -edge })}>${t("mask.shrink")}</button>
        <button type="button" class="button" onClick=${() => session.apply("feather", { by: edge })}>${t("mask.feather")}</button>
      </div>
    </fieldset>
    <fieldset disabled=${isBusy}>
      <legend>${t("mask.whole")}</legend>
      <div class="mask-deeds">
        <button type="button" class="button" data-tip=${t("mask.invert")} data-tip-keys="I" onClick=${() => session.apply("invert")}>${t("mask.invert")}</button>
        <button type="button" class="button" data-tip=${t("mask.clear")} data-tip-keys="Delete" onClick=${() => session.apply("clear")}>${t("mask.clear")}</button>
      </div>
    </fieldset>
    <fieldset>
      <legend>${t("mask.shown")}</legend>
      <${Slider} name="view" label=${t("mask.view")} value=${Math.round(choices.view * STEPS)} min="10" max=${STEPS} text=${`${Math.round(choices.view * STEPS)} %`}
        onValue=${(/** @type {number} */ value) => {
          choose({ view: value / STEPS });
          onView();
        }} />
      <div class="mask-colours" role="group" aria-label=${t("mask.colour")}>
        ${Object.entries(COLOURS).map(
          ([
            name,
            colour,
          ]) => html`<button key=${name} type="button" class="mask-colour" aria-label=${t(`mask.colour.${name}`)} aria-pressed=${choices.colour === colour} style=${{ "--swatch": colour }}
            onClick=${() => {
              choose({ colour });
              onColour();
            }}></button>`,
        )}
      </div>
    </fieldset>
  </aside>`;
}

/** @param {{ choices: Choices, choose: (some: Partial<Choices>) => void }} props */
function Brush({ choices, choose }) {
  const { size, hardness, opacity, tool } = choices;
  const percent = (/** @type {number} */ share) => Math.round(share * STEPS);
  return html`<fieldset>
    <legend>${t(`mask.${tool}`)}</legend>
    <${Slider} name="size" label=${t("mask.brush-size")} value=${placeOf(size)} min="0" max=${STEPS} text=${`${Math.round(size)} px`} keys="[ ]"
      onValue=${(/** @type {number} */ value) => choose({ size: sizeAt(value) })} />
    <${Slider} name="hardness" label=${t("mask.hardness")} value=${percent(hardness)} min="0" max=${STEPS} text=${`${percent(hardness)} %`} keys="{ }"
      onValue=${(/** @type {number} */ value) => choose({ hardness: value / STEPS })} />
    <${Slider} name="opacity" label=${t("mask.opacity")} value=${percent(opacity)} min="1" max=${STEPS} text=${`${percent(opacity)} %`} keys=", ."
      onValue=${(/** @type {number} */ value) => choose({ opacity: value / STEPS })} />
  </fieldset>`;
}

/** @param {{ choices: Choices, choose: (some: Partial<Choices>) => void }} props */
function Filling({ choices, choose }) {
  const { by, tolerance } = choices;
  return html`<fieldset>
    <legend>${t("mask.fill")}</legend>
    <div class="segments is-wide" role="group" aria-label=${t("mask.by")}>
      ${
        /** @type {const} */ (["mask", "picture"]).map(
          (each) =>
            html`<button key=${each} type="button" aria-pressed=${by === each} onClick=${() => choose({ by: each })}>${t(`mask.by.${each}`)}</button>`,
        )
      }
    </div>
    ${
      by === "picture" &&
      html`<${Slider} name="tolerance" label=${t("mask.tolerance")} value=${tolerance} min="0" max="128" text=${String(tolerance)}
        onValue=${(/** @type {number} */ value) => choose({ tolerance: value })} />`
    }
  </fieldset>`;
}

/** @param {{ name: string, label: string, value: number, min: string | number, max: string | number, text: string, keys?: string, onValue: (value: number) => void }} props */
function Slider({ name, label, value, min, max, text, keys = "", onValue }) {
  return html`<label class="mask-slider" data-tip=${keys && label} data-tip-keys=${keys}>
    <span>${label}</span><span class="mask-value" aria-hidden="true">${text}</span>
    <input type="range" name=${name} aria-label=${label} min=${min} max=${max} value=${value} aria-valuetext=${text}
      onInput=${(/** @type {InputEvent} */ event) => onValue(Number(/** @type {HTMLInputElement} */ (event.currentTarget).value))} />
  </label>`;
}

/** Small brushes have as much of the slider as large ones. @param {number} place  0 to 100 */
const sizeAt = (place) => Math.max(1, Math.round(MOST_SIZE ** (place / STEPS)));

/** @param {number} size */
const placeOf = (size) => Math.round((STEPS * Math.log(size)) / Math.log(MOST_SIZE));

/** @param {{ session: MaskSession }} props */
export function ToolButtons({ session }) {
  const { tool } = session.choices.value;
  return html`<div class="segments" role="group" aria-label=${t("mask.tool")}>
    ${TOOLS.map(
      (
        each,
      ) => html`<button key=${each.id} type="button" aria-pressed=${tool === each.id} data-tip=${t(`mask.${each.id}`)} data-tip-keys=${each.key}
        aria-label=${t(`mask.${each.id}`)} onClick=${() => session.choose({ tool: each.id })}>${icon(each.icon)}<span class="mask-word" aria-hidden="true">${t(`mask.${each.id}`)}</span></button>`,
    )}
  </div>`;
}
