// @ts-check
/** One of several, files among them. What is not there any more is kept and shown in red. */

import { made } from "../ui/made.js";
import { openingText } from "../ui/type-ahead.js";
import { choicesOf, itemsOf, newChoices } from "./choices-of.js";
import { leave, listen, markChanged, markWrong, pillIn } from "./row.js";

/** @typedef {import("./registry.js").Control} Control */

/** One list is open at a time. */
const LIST = "choices-list";

/** @type {import("./registry.js").MountWidget} */
export function mountChoice(host, control) {
  const pill = pillIn(host, control, "button", "pill-choice");
  const word = made("span", "pill-word", pill);
  describe(pill);
  const show = (/** @type {string} */ text) =>
    openChoices(pill, control, {
      text,
      value: control.get(),
      items: () => itemsOf(control),
      onPick: (/** @type {unknown} */ value) => control.set(value),
    });
  const step = (/** @type {number} */ way) => {
    const choices = choicesOf(control);
    const next = choices[choices.indexOf(control.get()) + way];
    if (next !== undefined) control.set(next, { isTyping: true });
  };
  const update = () => {
    const value = control.get();
    const isMissing = !choicesOf(control).includes(value);
    word.textContent = String(value ?? "");
    word.title = word.textContent.length > 20 ? word.textContent : "";
    pill.classList.toggle("is-missing", isMissing);
    markWrong(pill, isMissing);
    markChanged(pill, control);
  };
  listen(pill, { click: () => show(""), keydown: (event) => onKey(event, pill, show, step) });
  update();
  return { update, focus: () => pill.focus({ preventScroll: true }) };
}

/** @param {HTMLButtonElement} pill */
export function describe(pill) {
  pill.dataset.field = "";
  pill.setAttribute("role", "combobox");
  pill.setAttribute("aria-haspopup", "listbox");
  pill.setAttribute("aria-expanded", "false");
}

/**
 * Open a list under a row.
 * @param {HTMLElement} pill @param {Control} control
 * @param {Partial<import("../ui/combobox.js").ComboboxOptions> & { typed?: () => string }} options
 *   typed: what was typed until the list is there
 */
export function openChoices(pill, control, options) {
  if (pill.getAttribute("aria-expanded") === "true") {
    options.typed?.();
    return void control.app.overlays.close("choices");
  }
  const { left, bottom, width } = pill.getBoundingClientRect();
  pill.setAttribute("aria-expanded", "true");
  pill.setAttribute("aria-controls", LIST);
  const onGone = () => {
    pill.setAttribute("aria-expanded", "false");
    pill.removeAttribute("aria-controls");
  };
  const given = { label: control.label, load: newChoices(control), ...options, id: LIST, width, onGone };
  control.app.overlays.show({ kind: "choices", at: { x: left, y: bottom + 2 }, given });
}

/**
 * @param {KeyboardEvent} event @param {HTMLElement} pill
 * @param {(text: string) => void} show @param {(way: number) => void} step
 */
export function onKey(event, pill, show, step) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const text = openingText(event);
  if (event.key === "ArrowLeft" || event.key === "ArrowRight") step(event.key === "ArrowLeft" ? -1 : 1);
  else if (text !== null) show(text);
  else if (event.key === "Escape") return leave(pill);
  else return;
  event.preventDefault();
  event.stopPropagation();
}
