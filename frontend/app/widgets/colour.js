// @ts-check
/** Colours: chosen in the system's own dialog, or typed as `#rrggbb`. Whole numbers and texts alike. */

import { t } from "../i18n.js";
import { made } from "../ui/made.js";
import { goOn, leave, listen, markChanged, markWrong, pillIn } from "./row.js";

const HEX = /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i;

/** Return a value as `#rrggbb`. @param {unknown} value */
export function asHex(value) {
  const found = typeof value === "string" && !/^\d+$/.test(value) ? readHex(value) : null;
  const number = Number(value);
  if (found) return found;
  return Number.isFinite(number) ? `#${(number & 0xffffff).toString(16).padStart(6, "0")}` : "#000000";
}

/** Return a typed colour as `#rrggbb`; null when it is none. @param {string} text */
export function readHex(text) {
  const digits = HEX.exec(text.trim())?.[1].toLowerCase();
  if (!digits) return null;
  return `#${digits.length === 3 ? Array.from(digits, (each) => each + each).join("") : digits}`;
}

/** @type {import("./registry.js").MountWidget} */
export function mountColour(host, control) {
  const isNumber = control.input.widget?.kind === "int";
  const pill = pillIn(host, control, "div", "pill-colour");
  const field = made("input", "pill-value", pill);
  const swatch = made("input", "pill-swatch", pill);
  swatch.type = "color";
  swatch.setAttribute("aria-label", t("widget.colour", { label: control.label }));
  field.autocomplete = "off";
  field.spellcheck = false;
  field.dataset.field = "";
  field.setAttribute("aria-label", control.label);
  const take = (/** @type {string} */ hex, /** @type {boolean} */ isTyping) => {
    if (hex !== asHex(control.get()))
      control.set(isNumber ? Number.parseInt(hex.slice(1), 16) : hex, { isTyping });
  };
  const update = () => {
    swatch.value = asHex(control.get());
    if (document.activeElement !== field) field.value = swatch.value;
    markChanged(pill, control);
  };
  const commit = () => {
    const hex = readHex(field.value);
    if (hex) take(hex, false);
    field.value = asHex(control.get());
    markWrong(field, false);
  };
  listen(swatch, { input: () => take(swatch.value, true) });
  listen(field, {
    focus: () => field.select(),
    blur: commit,
    input: () => {
      markWrong(field, !readHex(field.value));
    },
    keydown: (event) => onKey(event, field, commit, update),
  });
  update();
  return { update, focus: () => field.focus({ preventScroll: true }) };
}

/** @param {KeyboardEvent} event @param {HTMLInputElement} field @param {() => void} commit @param {() => void} restore */
function onKey(event, field, commit, restore) {
  if (event.key === "Escape") {
    field.value = "";
    leave(field);
    restore();
  } else if (event.key === "Enter") {
    commit();
    if (!event.ctrlKey && !event.metaKey && goOn(field, event.shiftKey ? -1 : 1)) event.stopPropagation();
  }
}
