// @ts-check
/** One of several in a form: a plain list where they are few, one with a filter where they are many. */

import { html } from "htm/preact";
import { useRef } from "preact/hooks";
import { t } from "../i18n.js";
import { moreStyles } from "../ui/parts.js";
import { openingText, typedMeanwhile } from "../ui/type-ahead.js";
import { controlFor, writeExposed } from "./control.js";

/** @typedef {import("./field.js").ControlProps} ControlProps */

/** More than so many are filtered. */
const FEW = 12;

/** @param {ControlProps} props */
export function ChoiceField(props) {
  const isLong = (props.field.input?.widget?.choices ?? []).length > FEW;
  return html`<${isLong ? Many : Few} ...${props} />`;
}

/** @param {ControlProps} props */
function Few({ app, field, id, about }) {
  const choices = field.input?.widget?.choices ?? [];
  const isKnown = choices.some((each) => each === field.value);
  const onChange = (/** @type {Event} */ event) => {
    const { value } = /** @type {HTMLSelectElement} */ (event.currentTarget);
    writeExposed(app, field.exposed, choices[Number(value)]);
  };
  return html`<select class="field" id=${id} value=${choices.indexOf(field.value)} aria-describedby=${about}
    aria-invalid=${!isKnown} onChange=${onChange}>
    ${!isKnown && html`<option key="other" value="-1">${t("form.not-there", { value: String(field.value ?? "") })}</option>`}
    ${choices.map((each, index) => html`<option key=${index} value=${index}>${String(each)}</option>`)}
  </select>`;
}

/** @param {ControlProps} props */
function Many({ app, field, id, about }) {
  const button = useRef(/** @type {HTMLButtonElement | null} */ (null));
  const isKnown = field.input?.widget?.choices?.some((each) => each === field.value);
  const value = String(field.value ?? "");
  const open = (/** @type {string} */ text) => {
    openList(button, controlFor(app, field), text).catch((problem) => app.notices.problem(problem));
  };
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    const text = openingText(event);
    if (text === null) return;
    event.preventDefault();
    open(text);
  };
  return html`<button type="button" class="field form-choice" id=${id} ref=${button} role="combobox" aria-haspopup="listbox"
    aria-expanded="false" aria-describedby=${about} aria-invalid=${!isKnown} onClick=${() => open("")} onKeyDown=${onKey}>${isKnown ? value : t("form.not-there", { value })}</button>`;
}

/**
 * Open the list of the graph; its modules are loaded with the first one.
 * @param {{ current: HTMLButtonElement | null }} button
 * @param {import("../widgets/registry.js").Control} control @param {string} text
 */
async function openList(button, control, text) {
  const typed = typedMeanwhile();
  const modules = await Promise.all([
    import("../widgets/choice.js"),
    import("../widgets/choices-of.js"),
    moreStyles(),
  ]).catch((problem) => {
    typed();
    throw problem;
  });
  if (!button.current) return void typed();
  const [{ openChoices }, { itemsOf }] = modules;
  openChoices(button.current, control, {
    text,
    typed,
    value: control.get(),
    items: () => itemsOf(control),
    onPick: (value) => control.set(value),
  });
}
