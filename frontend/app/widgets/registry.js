// @ts-check
/**
 * How values are typed in: one entry a kind of widget. A widget is plain DOM, so that packs can
 * bring their own.
 */

import { TYPED } from "../geometry/node-box.js";

/** @typedef {import("../model/schema.js").Input} Input */
/**
 * @typedef {{
 *   input: Input,
 *   nodeId: string,
 *   get: () => any,
 *   set: (value: unknown, how?: { isTyping?: boolean, label?: string }) => void,
 *   control: { get: () => string, set: (value: string) => void },
 *   label: string,
 *   app: import("../app.js").App,
 *   zoom: () => number,
 * }} Control
 *   What a widget may do: read and write one value of one node. `isTyping` gathers what is written
 *   into one entry of the history until a pause. `control`: what happens to the value after a run.
 */
/** @typedef {{ update: () => void, destroy?: () => void, focus?: () => void }} MountedWidget */
/** @typedef {(host: HTMLElement, control: Control) => MountedWidget} MountWidget */

/** @type {Map<string, MountWidget>} */
const kinds = new Map();

/**
 * Say how values of a kind are typed in; a pack's word replaces ours.
 * @param {string} kind  a widget's `kind`, its `display`, or a socket type @param {MountWidget} mount
 * @returns {() => void} takes it back
 */
export function registerWidget(kind, mount) {
  const before = kinds.get(kind);
  kinds.set(kind, mount);
  TYPED.add(kind);
  return () => {
    if (kinds.get(kind) !== mount) return;
    if (before) kinds.set(kind, before);
    else kinds.delete(kind);
  };
}

/**
 * Return how an input's value is typed in.
 * @param {Input} input @returns {MountWidget | undefined}
 */
export function widgetFor(input) {
  const { widget } = input;
  if (!widget) return undefined;
  const words = [
    input.options?.widget,
    widget.display,
    input.type,
    widget.control && widget.kind !== "choice" ? "seed" : "",
    widget.many ? "many" : "",
    widget.upload,
    widget.kind,
  ];
  for (const word of words) {
    const mount = word && kinds.get(word);
    if (mount) return mount;
  }
  return undefined;
}
