// @ts-check
/** Long texts: an area that fills its row. Prompts get weights by keys, names completed, tokens counted. */

import { made } from "../ui/made.js";
import { weighed } from "./prompt-weights.js";
import { hasMenu, leave, listen, markChanged } from "./row.js";
import { bindText, mountLine } from "./text.js";
import { countsTokens, TokenCount } from "./tokens.js";

/** @typedef {import("./registry.js").Control} Control */

/** How much a key adds to a weight, and with Shift. */
const MORE = 0.1;
const LITTLE = 0.05;

/** @type {import("./registry.js").MountWidget} */
export function mountText(host, control) {
  return control.input.widget?.multiline ? mountArea(host, control) : mountLine(host, control);
}

/** @param {HTMLElement} host @param {Control} control */
function areaIn(host, control) {
  host.classList.add("is-field");
  const area = made("textarea", "text-area", host);
  area.spellcheck = false;
  area.placeholder = control.input.widget?.placeholder || control.label;
  area.dataset.field = "";
  area.setAttribute("aria-label", control.label);
  made("span", "area-label", host).textContent = control.label;
  return area;
}

/** @type {import("./registry.js").MountWidget} */
function mountArea(host, control) {
  const area = areaIn(host, control);
  const bound = bindText(area, control);
  const help = helpTyping(host, area, control, bound.take);
  hasMenu(area, control);
  const update = () => {
    bound.update();
    help.update();
    markChanged(host, control);
  };
  update();
  return { update, focus: () => area.focus({ preventScroll: true }), destroy: help.destroy };
}

/**
 * Help with what is typed: names are completed, weights written by keys, tokens counted.
 * @param {HTMLElement} host  shows the count @param {HTMLTextAreaElement} area @param {Control} control
 * @param {() => void} take  what the area holds
 */
export function helpTyping(host, area, control, take) {
  const tokens = countsTokens(control) ? new TokenCount(host, control) : null;
  const stop = helped(area, control, take);
  if (tokens) listen(area, { focus: () => tokens.ask(), pointerenter: () => tokens.ask() });
  return {
    update: () => tokens?.follow(),
    destroy: () => {
      stop();
      tokens?.destroy();
    },
  };
}

/**
 * @param {HTMLTextAreaElement} area @param {Control} control @param {() => void} take
 * @returns {() => void} stops it
 */
function helped(area, control, take) {
  /** @type {import("./completion.js").Completion | null} */
  let completion = null;
  let isTyped = false;
  const write = (/** @type {string} */ text, /** @type {number} */ start, end = start) => {
    area.value = text;
    area.setSelectionRange(start, end);
    take();
  };
  listen(area, {
    focus: async () => {
      const { Completion } = await import("./completion.js");
      completion ??= new Completion(area, control.app, write);
      if (isTyped && document.activeElement === area) completion.follow();
    },
    input: () => {
      isTyped = true;
      completion?.follow();
    },
    blur: () => completion?.close(),
    keydown: (/** @type {KeyboardEvent} */ event) => {
      if (event.isComposing || completion?.key(event)) return;
      if (event.key === "Escape") leave(area);
      else weighKeys(event, area, write);
    },
  });
  return () => completion?.close();
}

/**
 * @param {KeyboardEvent} event @param {HTMLTextAreaElement} area
 * @param {(text: string, start: number, end: number) => void} write
 */
function weighKeys(event, area, write) {
  const way = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : 0;
  if (!way || !(event.ctrlKey || event.metaKey) || event.altKey) return;
  event.preventDefault();
  event.stopPropagation();
  const selected = { text: area.value, start: area.selectionStart, end: area.selectionEnd };
  const now = weighed(selected, way * (event.shiftKey ? LITTLE : MORE));
  if (now.text !== area.value) write(now.text, now.start, now.end);
}
