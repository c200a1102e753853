// @ts-check
/** On or off. */

import { made } from "../ui/made.js";
import { goOn, leave, listen, markChanged, pillIn } from "./row.js";

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
  listen(pill, {
    click: turn,
    keydown: (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Escape") leave(pill);
      if (event.key !== " " && event.key !== "Enter") return;
      if (event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      event.stopPropagation();
      if (event.key === " ") turn();
      else goOn(pill, event.shiftKey ? -1 : 1);
    },
  });
  update();
  return { update, focus: () => pill.focus({ preventScroll: true }) };
}
