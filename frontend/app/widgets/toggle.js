// @ts-check
/** On or off. */

import { made } from "../ui/made.js";
import { goOn, hasPressKeys, markChanged, pillIn } from "./row.js";

/** @type {import("./registry.js").MountWidget} */
export function mountToggle(host, control) {
  const { label_on: on = "", label_off: off = "" } = control.input.widget ?? {};
  const pill = pillIn(host, control, "button", "pill-toggle");
  const word = made("span", "pill-word", pill);
  made("span", "pill-switch", pill);
  pill.dataset.field = "";
  pill.setAttribute("role", "switch");
  const isOn = () => Boolean(control.get());
  const turn = () => control.set(!isOn());
  const update = () => {
    pill.setAttribute("aria-checked", String(isOn()));
    word.textContent = isOn() ? on : off;
    markChanged(pill, control);
  };
  pill.addEventListener("click", turn);
  hasPressKeys(pill, turn, (way) => goOn(pill, way));
  update();
  return { update, focus: () => pill.focus({ preventScroll: true }) };
}
