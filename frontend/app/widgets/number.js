// @ts-check
/** Whole and decimal numbers: typed, worked out, dragged, stepped. A slider is drawn behind the value. */

import { made } from "../ui/made.js";
import { keyboardFor, readNumber, scrubbed, shareOf, shownNumber, stepOf, stepped } from "./numbers.js";
import { blurOthers, goOn, leave, listen, markChanged, markWrong, pillIn } from "./row.js";
import { scrub } from "./scrub.js";

/** @typedef {import("./registry.js").Control} Control */
/** @typedef {import("../model/schema.js").Widget} Widget */

const MAIN = 0;
const FINE = 0.1;
const COARSE = 10;
/** Steps that a key goes. */
const KEYS = /** @type {Readonly<Record<string, number>>} */ ({
  ArrowUp: 1,
  ArrowDown: -1,
  PageUp: COARSE,
  PageDown: -COARSE,
});

export class NumberField {
  /** What is typed and not taken yet. @type {string | null} */
  #draft = null;
  /** What a drag has come to. @type {import("./numbers.js").Kept | null} */
  #dragged = null;
  #whileFocused = new AbortController();

  /** @param {HTMLElement} host @param {Control} control */
  constructor(host, control) {
    this.control = control;
    this.widget = /** @type {Widget} */ (control.input.widget);
    this.isSlider = this.widget.display === "slider" && shareOf(0, this.widget) !== null;
    this.pill = pillIn(host, control, "div", this.isSlider ? "pill-number pill-slider" : "pill-number");
    this.field = made("input", "pill-value", this.pill);
    this.field.inputMode = keyboardFor(this.widget);
    this.field.autocomplete = "off";
    this.field.dataset.field = "";
    this.field.setAttribute("role", "spinbutton");
    this.field.setAttribute("aria-label", control.label);
    listen(this.pill, { pointerdown: (event) => this.#press(event) });
    listen(this.field, { focus: () => this.#begin() });
    this.update();
  }

  update() {
    if (this.#draft === null) this.#show();
    markChanged(this.pill, this.control);
  }

  /** What is half typed when the field goes is not lost. */
  destroy() {
    this.#whileFocused.abort();
    // who takes the field away is in the middle of it
    if (this.#draft !== null) queueMicrotask(() => this.#commit());
  }

  focus() {
    this.field.focus({ preventScroll: true });
  }

  /** @param {import("./numbers.js").Kept} value @param {boolean} [isTyping] */
  take(value, isTyping = false) {
    if (value !== this.control.get()) this.control.set(value, { isTyping });
    this.#show();
  }

  #show() {
    const value = this.#dragged ?? this.control.get();
    const text = shownNumber(value, this.widget);
    if (this.field.value !== text) this.field.value = text;
    this.field.setAttribute("aria-valuenow", String(value ?? ""));
    if (this.isSlider) this.pill.style.setProperty("--share", `${100 * (shareOf(value, this.widget) ?? 0)}%`);
  }

  /** @param {PointerEvent} event */
  #press(event) {
    const { app } = this.control;
    const isEdited = document.activeElement === this.field;
    if (event.button !== MAIN || app.isSpaceHeld || isEdited) return;
    event.preventDefault();
    blurOthers();
    const from = this.control.get();
    scrub(this.pill, event, {
      pixelsAStep: this.#pixelsAStep(),
      onMove: (steps, isFine) => {
        this.#dragged = scrubbed(from, isFine ? steps * COARSE : steps, this.widget, isFine);
        this.#show();
      },
      onEnd: (isTaken) => {
        const value = this.#dragged;
        this.#dragged = null;
        if (isTaken && value !== null) this.take(value);
        else this.#show();
      },
      onClick: () => this.focus(),
    });
  }

  /** A slider goes with the pointer, anything else a step at a time. */
  #pixelsAStep() {
    if (!this.isSlider) return undefined;
    const { min, max } = this.widget;
    const steps = (Number(max) - Number(min)) / stepOf(this.widget);
    return (this.pill.offsetWidth * this.control.zoom()) / steps;
  }

  #begin() {
    const { min, max } = this.widget;
    this.#whileFocused = new AbortController();
    const { signal } = this.#whileFocused;
    if (min !== undefined) this.field.setAttribute("aria-valuemin", String(min));
    if (max !== undefined) this.field.setAttribute("aria-valuemax", String(max));
    this.field.select();
    listen(
      this.field,
      {
        input: () => this.#type(),
        keydown: (event) => this.#key(event),
        blur: () => this.#end(),
      },
      { signal },
    );
    this.pill.addEventListener("wheel", (event) => this.#turn(event), { signal, passive: false });
  }

  #end() {
    this.#whileFocused.abort();
    this.#commit();
  }

  #type() {
    this.#draft = this.field.value;
    markWrong(this.field, readNumber(this.#draft, this.widget) === undefined);
  }

  /** Take what was typed; what is no number is forgotten. */
  #commit() {
    const value = this.#draft === null ? undefined : readNumber(this.#draft, this.widget);
    this.#draft = null;
    markWrong(this.field, false);
    if (value === undefined) this.#show();
    else this.take(value);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.isComposing) return;
    if (KEYS[event.key]) {
      event.preventDefault();
      event.stopPropagation();
      this.#step(KEYS[event.key], event);
    } else if (event.key === "Enter") {
      this.#commit();
      const isCommand = event.ctrlKey || event.metaKey || event.altKey;
      if (!isCommand && goOn(this.field, event.shiftKey ? -1 : 1)) {
        event.preventDefault();
        event.stopPropagation();
      }
    } else if (event.key === "Escape") {
      this.#draft = null;
      this.#show();
      leave(this.field);
    } else if (event.key === "s" && (event.ctrlKey || event.metaKey)) this.#commit();
  }

  /** @param {WheelEvent} event */
  #turn(event) {
    if (!event.deltaY) return;
    event.preventDefault();
    event.stopPropagation();
    this.#step(event.deltaY < 0 ? 1 : -1, event);
  }

  /** @param {number} steps @param {KeyboardEvent | WheelEvent} event */
  #step(steps, event) {
    this.#commit();
    const factor = event.shiftKey ? FINE : event.ctrlKey || event.metaKey ? COARSE : 1;
    this.take(stepped(this.control.get(), steps * factor, this.widget), true);
  }
}

/** @type {import("./registry.js").MountWidget} */
export const mountNumber = (host, control) => new NumberField(host, control);
