// @ts-check
/** What rows of widgets share: the pill with its label, the mark of a changed value, going on by keys. */

import { made } from "../ui/made.js";

/** @typedef {import("./registry.js").Control} Control */

const RIGHT = 2;

/**
 * Put a row's pill into its place.
 * @template {"div" | "button"} K
 * @param {HTMLElement} host @param {Control} control @param {K} tag @param {string} name  more classes
 * @returns {HTMLElementTagNameMap[K]}
 */
export function pillIn(host, control, tag, name) {
  const pill = made(tag, `pill ${name}`, host);
  pill.dataset.takesPointer = "";
  if (control.input.tooltip) pill.dataset.tip = control.input.tooltip.replaceAll("`", "");
  hasMenu(pill, control);
  const label = made("span", "pill-label", pill);
  label.textContent = control.label;
  if (pill instanceof HTMLButtonElement) {
    pill.type = "button";
    pill.setAttribute("aria-label", control.label);
    label.setAttribute("aria-hidden", "true");
  }
  return pill;
}

/**
 * Give a row the menu of its value; a field that is being typed in has the browser's.
 * @param {HTMLElement} element @param {Control} control
 */
export function hasMenu(element, control) {
  const isFree = (/** @type {Event} */ { target }) =>
    target instanceof Element && target !== document.activeElement && element.closest(".node") !== null;
  listen(element, {
    pointerdown: (/** @type {PointerEvent} */ event) => {
      // the press would go into the field
      if (event.button === RIGHT && isFree(event)) event.preventDefault();
    },
    contextmenu: (/** @type {MouseEvent} */ event) => {
      if (!isFree(event)) return;
      event.preventDefault();
      event.stopPropagation();
      const { app } = control;
      if (event.ctrlKey || !app.gestures.isIdle) return;
      app.commands.run(app, "menu.open", { hit: app.canvas.hit(app.canvas.point(event)), event });
    },
  });
}

/** Show whether a value is another than the default. @param {HTMLElement} element @param {Control} control */
export function markChanged(element, control) {
  const usual = control.input.widget?.default;
  element.classList.toggle("is-changed", usual !== undefined && !isSame(control.get(), usual));
}

/** @param {unknown} a @param {unknown} b */
export const isSame = (a, b) =>
  a === b ||
  (typeof a === "object" || typeof b === "object"
    ? JSON.stringify(a) === JSON.stringify(b)
    : String(a) === String(b));

/** Say whether what a field holds will do. @param {HTMLElement} field @param {boolean} isWrong */
export function markWrong(field, isWrong) {
  if (isWrong) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
}

/**
 * Listen for several events. @param {EventTarget} target
 * @param {Record<string, (event: any) => void>} actions @param {AddEventListenerOptions} [options]
 */
export function listen(target, actions, options) {
  for (const [name, action] of Object.entries(actions)) target.addEventListener(name, action, options);
}

/**
 * Give a pill that is pressed its keys: Space and Enter press it, Escape leaves it.
 * @param {HTMLElement} pill @param {() => void} press @param {(way: 1 | -1) => void} [enter]  what Enter does instead
 */
export function hasPressKeys(pill, press, enter = press) {
  pill.addEventListener("keydown", (event) => {
    if (event.key === "Escape") leave(pill);
    if ((event.key !== " " && event.key !== "Enter") || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === " ") press();
    else enter(event.shiftKey ? -1 : 1);
  });
}

/** Fields of a node, in their order. */
const FIELDS = "[data-field]";

/** Go to the field after one, or to the node when it is the last. @param {HTMLElement} field @param {1 | -1} [way] */
export function goOn(field, way = 1) {
  const group = field.closest(".node-body");
  if (!group) return false;
  const all = /** @type {HTMLElement[]} */ ([...group.querySelectorAll(FIELDS)]);
  const next = all[all.indexOf(field) + way];
  if (next) next.focus({ preventScroll: true });
  else leave(field);
  return true;
}

/** Come out of a field: back to its node. @param {HTMLElement} field */
export function leave(field) {
  const node = /** @type {HTMLElement | null} */ (field.closest(".node"));
  if (node) node.focus({ preventScroll: true });
  else field.blur();
}

/** A press on one field takes the focus from another, also where the press itself is no focus. */
export function blurOthers() {
  const { activeElement } = document;
  if (activeElement instanceof HTMLElement && activeElement.matches("input, textarea")) activeElement.blur();
}
