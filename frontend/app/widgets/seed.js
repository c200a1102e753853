// @ts-check
/** A number that may change by itself after a run: a die for another one now, and what a run does to it. */

import { t } from "../i18n.js";
import { nextValue } from "../model/controls.js";
import { iconElement } from "../ui/icons.js";
import { made } from "../ui/made.js";
import { openChoices } from "./choice.js";
import { NumberField } from "./number.js";

/** @typedef {import("../model/schema.js").Widget} Widget */

const ICONS = /** @type {Readonly<Record<string, string>>} */ ({
  fixed: "lock",
  increment: "arrow-up",
  decrement: "arrow-down",
  randomize: "refresh",
});

/** @type {import("./registry.js").MountWidget} */
export function mountSeed(host, control) {
  const number = new NumberField(host, control);
  const widget = /** @type {Widget} */ (control.input.widget);
  const change = (/** @type {string} */ how) => control.set(nextValue(control.get(), how, widget));
  const die = button(number.pill, "dice", t("widget.dice", { label: control.label }));
  const after = button(number.pill, "lock", "");
  let shown = "";
  const update = () => {
    number.update();
    const now = control.control.get();
    if (now === shown) return;
    shown = now;
    const word = t(`widget.control.${now}`);
    after.replaceChildren(iconElement(ICONS[now] ?? "lock"));
    after.classList.toggle("is-on", now !== "fixed");
    after.setAttribute("aria-label", t("widget.control", { label: control.label, word }));
    after.dataset.tip = t("widget.control", { label: control.label, word });
  };
  const open = () =>
    openChoices(after, control, {
      label: t("widget.after-run", { label: control.label }),
      value: control.control.get(),
      items: () => Object.keys(ICONS).map((value) => ({ value, label: t(`widget.control.${value}`) })),
      load: undefined,
      onPick: control.control.set,
    });
  after.setAttribute("aria-haspopup", "listbox");
  die.addEventListener("click", () => change("randomize"));
  after.addEventListener("click", open);
  for (const each of [die, after]) each.addEventListener("keydown", (event) => onKey(event));
  update();
  return { update, focus: () => number.focus(), destroy: () => number.destroy() };
}

/** Space presses the button and does not pan. @param {KeyboardEvent} event */
function onKey(event) {
  if (event.key === " " || event.key === "Enter") event.stopPropagation();
}

/** @param {HTMLElement} pill @param {string} icon @param {string} label */
function button(pill, icon, label) {
  const element = made("button", "pill-button", pill);
  element.type = "button";
  element.setAttribute("aria-label", label);
  element.dataset.tip = label;
  element.append(iconElement(icon));
  // the pill would begin to scrub
  element.addEventListener("pointerdown", (event) => event.stopPropagation());
  return element;
}
