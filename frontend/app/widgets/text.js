// @ts-check
/** Texts of one line, and what keeps any text field and its value together. */

import { made } from "../ui/made.js";
import { goOn, leave, listen, markChanged, pillIn } from "./row.js";

/** @typedef {import("./registry.js").Control} Control */

/**
 * Keep a text field and a value together. What is written by others shows, except while one composes.
 * @param {HTMLInputElement | HTMLTextAreaElement} field @param {Control} control
 */
export function bindText(field, control) {
  let isComposing = false;
  let before = "";
  const shown = () => String(control.get() ?? "");
  const update = () => {
    if (isComposing || field.value === shown()) return;
    const { selectionStart } = field;
    field.value = shown();
    if (document.activeElement === field) field.setSelectionRange(selectionStart, selectionStart);
  };
  const take = () => {
    if (field.value !== shown()) control.set(field.value, { isTyping: true });
  };
  const end = () => {
    isComposing = false;
    take();
  };
  listen(field, {
    focus: () => {
      before = shown();
    },
    input: () => isComposing || take(),
    compositionstart: () => {
      isComposing = true;
    },
    compositionend: end,
    blur: end,
  });
  update();
  return {
    update,
    take,
    restore: () => control.set(before, { isTyping: true }),
    isChanged: () => shown() !== before,
  };
}

/** @type {import("./registry.js").MountWidget} */
export function mountLine(host, control) {
  const pill = pillIn(host, control, "div", "pill-text");
  const field = made("input", "pill-value", pill);
  field.autocomplete = "off";
  field.spellcheck = false;
  field.placeholder = control.input.widget?.placeholder ?? "";
  field.dataset.field = "";
  field.setAttribute("aria-label", control.label);
  const bound = bindText(field, control);
  listen(pill, {
    pointerdown: (/** @type {PointerEvent} */ event) => {
      if (event.target === field || event.button || control.app.isSpaceHeld) return;
      event.preventDefault();
      field.focus({ preventScroll: true });
      field.select();
    },
  });
  listen(field, {
    keydown: (/** @type {KeyboardEvent} */ event) => {
      if (event.isComposing) return;
      if (event.key === "Escape") {
        if (bound.isChanged()) bound.restore();
        leave(field);
      } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && !event.altKey) {
        if (goOn(field, event.shiftKey ? -1 : 1)) event.stopPropagation();
      }
    },
  });
  const update = () => {
    bound.update();
    field.title = field.value.length > 24 ? field.value : "";
    markChanged(pill, control);
  };
  update();
  return { update, focus: () => field.focus({ preventScroll: true }) };
}
