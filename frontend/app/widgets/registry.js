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

/** @type {Map<string, readonly MountWidget[]>} the last one counts */
const kinds = new Map();

/**
 * Say how values of a kind are typed in; a pack's word replaces ours.
 * @param {string} kind  a widget's `kind`, its `display`, or a socket type @param {MountWidget} mount
 * @returns {() => void} takes it back
 */
export function registerWidget(kind, mount) {
  keep(kind, [...(kinds.get(kind) ?? []), mount]);
  return () => {
    const others = kinds.get(kind)?.filter((each) => each !== mount) ?? [];
    keep(kind, others);
  };
}

/** @param {string} kind @param {readonly MountWidget[]} mounts */
function keep(kind, mounts) {
  kinds.set(kind, mounts);
  if (mounts.length) TYPED.add(kind);
  else TYPED.delete(kind);
}

/** Return another way to type an input's value in, for one that fails. @param {Input} input @param {MountWidget} failed */
export const usualWidget = (input, failed) => mountsOf(input).find((each) => each !== failed);

/** @param {Input} input @returns {MountWidget | undefined} how its value is typed in */
export const widgetFor = (input) => mountsOf(input)[0];

/**
 * Return how an input's value may be typed in, the best first.
 * @param {Input} input @returns {MountWidget[]}
 */
function mountsOf(input) {
  const { widget } = input;
  if (!widget) return [];
  const words = [
    input.options?.widget,
    widget.display,
    input.type,
    widget.control && widget.kind !== "choice" ? "seed" : "",
    widget.many ? "many" : "",
    widget.upload,
    widget.kind,
  ];
  return words.flatMap((word) => (word && kinds.get(word)?.toReversed()) || []);
}
