// @ts-check
/** Widgets on their own: a control that keeps one value, and finding by role. */

import "../../app/widgets/all.js";
import { widgetFor } from "../../app/widgets/registry.js";

/** @typedef {import("../../app/model/schema.js").Widget} Widget */
/** @typedef {import("../../app/model/schema.js").Input} Input */

/**
 * @param {Widget} widget @param {unknown} value @param {Partial<Input>} [more]
 */
export function mounted(widget, value, more = {}) {
  const name = more.name ?? "value";
  const input = /** @type {Input} */ ({ name, label: name, type: "X", widget, ...more });
  const host = document.createElement("div");
  document.body.replaceChildren(host);
  const state = {
    value,
    after: "fixed",
    edits: /** @type {{ value: any, isTyping: boolean }[]} */ ([]),
    overlays: /** @type {any[]} */ ([]),
  };
  const app = {
    isSpaceHeld: false,
    tab: { graph: { nodes: {} }, store: { document: { nodes: {} } } },
    schema: { peek: () => new Map() },
    overlays: {
      show: (/** @type {any} */ overlay) => state.overlays.push(overlay),
      close: () => {
        state.overlays.pop()?.given.onGone?.();
      },
    },
    api: { get: () => Promise.reject(new Error("no server")), address: (/** @type {string} */ path) => path },
  };
  const control = /** @type {any} */ ({
    input,
    nodeId: "1",
    app,
    label: name,
    zoom: () => 1,
    get: () => state.value,
    set: (/** @type {any} */ next, { isTyping = false } = {}) => {
      state.value = next;
      state.edits.push({ value: next, isTyping });
      row.update();
    },
    control: {
      get: () => state.after,
      set: (/** @type {string} */ next) => {
        state.after = next;
        row.update();
      },
    },
  });
  const mount = /** @type {import("../../app/widgets/registry.js").MountWidget} */ (widgetFor(input));
  const row = mount(host, control);
  return { host, row, state };
}

/**
 * Return what has a role and a name.
 * @param {ParentNode} host @param {string} role @param {string} [name] @returns {any}
 */
export function byRole(host, role, name) {
  const native = /** @type {Record<string, string>} */ ({
    textbox: "input:not([role]):not([type=color]), textarea",
    button: "button:not([role])",
  });
  const all = [...host.querySelectorAll(`[role="${role}"]${native[role] ? `, ${native[role]}` : ""}`)];
  return all.find((each) => !name || (each.getAttribute("aria-label") ?? each.textContent) === name) ?? null;
}

/** @param {Element} element @param {string} key @param {KeyboardEventInit} [more] */
export function press(element, key, more = {}) {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more });
  element.dispatchEvent(event);
  return event;
}

/** @param {any} field @param {string} text */
export function type(field, text) {
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
