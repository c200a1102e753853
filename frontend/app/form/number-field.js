// @ts-check
/** Numbers in a form: typed, stepped, dragged where the range is small; seeds with what happens to them. */

import { html } from "htm/preact";
import { useState } from "preact/hooks";
import { t } from "../i18n.js";
import { nextValue } from "../model/controls.js";
import { IconButton } from "../ui/command-button.js";
import { beyond, keyboardFor, readNumber, stepOf, stepped } from "../widgets/numbers.js";
import { writeControl, writeExposed } from "./control.js";

/** @typedef {import("./field.js").ControlProps} ControlProps */
/** @typedef {import("../model/schema.js").Widget} Widget */

/** A range of at most so many steps has a slider. */
const SLIDER_STEPS = 200;
const CONTROLS = /** @type {const} */ (["fixed", "randomize", "increment", "decrement"]);

/** @param {ControlProps} props */
export function NumberField(props) {
  const { app, field } = props;
  const widget = /** @type {Widget} */ (field.input?.widget);
  const { min, max } = widget;
  const step = stepOf(widget);
  const steps = (Number(max) - Number(min)) / step;
  if (!(steps <= SLIDER_STEPS)) return html`<${Typed} ...${props} hasSteps=${true} />`;
  return html`<div class="form-slider">
    <input type="range" min=${min} max=${max} step=${step} value=${field.value} aria-label=${field.label}
      onInput=${(/** @type {Event} */ event) =>
        writeExposed(
          app,
          field.exposed,
          /** @type {HTMLInputElement} */ (event.currentTarget).valueAsNumber,
          { isTyping: true },
        )} />
    <${Typed} ...${props} />
  </div>`;
}

/** @param {ControlProps} props */
export function SeedField(props) {
  const { app, field } = props;
  const widget = /** @type {Widget} */ (field.input?.widget);
  return html`<div class="form-seed">
    <${Typed} ...${props} />
    <${IconButton} name="dice" label=${t("form.dice")} class="is-framed"
      onClick=${() => writeExposed(app, field.exposed, nextValue(field.value, "randomize", widget))} />
    <select class="field" aria-label=${t("widget.after-run", { label: field.label })} value=${field.control}
      onChange=${(/** @type {Event} */ event) => writeControl(app, field.exposed, /** @type {HTMLSelectElement} */ (event.currentTarget).value)}>
      ${CONTROLS.map((each) => html`<option key=${each} value=${each}>${t(`widget.control.${each}`)}</option>`)}
    </select>
  </div>`;
}

/** A number that is taken as soon as it is one, and put right when one leaves it. @param {ControlProps & { hasSteps?: boolean }} props */
function Typed({ app, field, id, about, onLimit, hasSteps }) {
  const widget = /** @type {Widget} */ (field.input?.widget);
  const [draft, setDraft] = useState(/** @type {string | null} */ (null));
  const isWrong = draft !== null && readNumber(draft, widget) === undefined;
  /** What was typed is done with; a bound that was taken instead is told of. */
  const settle = () => {
    const limit = draft === null ? undefined : beyond(draft, widget);
    setDraft(null);
    if (!limit) return;
    const text = t(`form.limit.${limit.end}`, { value: String(limit.value) });
    onLimit(text);
    app.say(t("say.limit", { label: field.label, text }));
  };
  const step = (/** @type {number} */ steps) => {
    setDraft(null);
    onLimit("");
    writeExposed(app, field.exposed, stepped(field.value, steps, widget), { isTyping: true });
  };
  const onInput = (/** @type {InputEvent} */ event) => {
    const text = /** @type {HTMLInputElement} */ (event.currentTarget).value;
    setDraft(text);
    onLimit("");
    const value = readNumber(text, widget);
    if (value !== undefined) writeExposed(app, field.exposed, value, { isTyping: true });
  };
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    const ways = /** @type {Record<string, number>} */ ({
      ArrowUp: 1,
      ArrowDown: -1,
      PageUp: 10,
      PageDown: -10,
    });
    if (event.key === "Enter") settle();
    if (!ways[event.key]) return;
    event.preventDefault();
    step(ways[event.key]);
  };
  return html`<div class=${hasSteps ? "form-number has-steps" : "form-number"}>
    <input class="field" id=${id} type="text" inputmode=${keyboardFor(widget)} autocomplete="off"
      value=${draft ?? String(field.value ?? "")} aria-invalid=${isWrong} aria-describedby=${about}
      onInput=${onInput} onBlur=${settle} onKeyDown=${onKey} />
    ${
      hasSteps &&
      html`<${IconButton} name="minus" label=${t("form.less", { label: field.label })} onClick=${() => step(-1)} />
      <${IconButton} name="plus" label=${t("form.more", { label: field.label })} onClick=${() => step(1)} />`
    }
  </div>`;
}
