// @ts-check
/** Several of several choices: the value is a list, in the order of the choices. */

import { t } from "../i18n.js";
import { made } from "../ui/made.js";
import { describe, onKey, openChoices } from "./choice.js";
import { choicesOf, itemsOf } from "./choices-of.js";
import { listen, markChanged, pillIn } from "./row.js";

/** @type {import("./registry.js").MountWidget} */
export function mountMany(host, control) {
  const pill = pillIn(host, control, "button", "pill-choice");
  const word = made("span", "pill-word", pill);
  describe(pill);
  const chosen = () => /** @type {any[]} */ ([control.get() ?? []].flat());
  const ordered = (/** @type {any[]} */ values) => {
    const choices = choicesOf(control);
    return values.toSorted((a, b) => choices.indexOf(a) - choices.indexOf(b));
  };
  const show = (/** @type {string} */ text) =>
    openChoices(pill, control, {
      text,
      isMany: true,
      value: chosen(),
      items: () => itemsOf(control),
      onPick: (values) => control.set(ordered(values), { isTyping: true }),
    });
  const update = () => {
    const values = chosen();
    word.textContent = values.length ? values.join(", ") : t("widget.nothing");
    word.title = values.join(", ");
    pill.classList.toggle(
      "is-missing",
      values.some((each) => !choicesOf(control).includes(each)),
    );
    markChanged(pill, control);
  };
  listen(pill, { click: () => show(""), keydown: (event) => onKey(event, pill, show, () => {}) });
  update();
  return { update, focus: () => pill.focus({ preventScroll: true }) };
}
