// @ts-check
/** What lies over everything for a moment: a menu, the palette, a dialog. One of each at a time. */

import { signal } from "@preact/signals-core";

/** @typedef {{ kind: string, at?: { x: number, y: number }, given?: any, isModal?: boolean }} Overlay  given.typed: see `type-ahead.js` */

/** What can have the focus as long as the window is there. */
const LASTING = ".faces > :not([inert]) [tabindex='0'], .top-bar button";

/** @type {Map<string, import("./parts.js").LoadPart>} */
const kinds = new Map();

/**
 * Say how an overlay is drawn; its module is loaded when it is opened first.
 * @param {string} kind @param {import("./parts.js").LoadPart} load  a module whose default is a component
 */
export function registerOverlay(kind, load) {
  kinds.set(kind, load);
}

/** @param {string} kind */
export const overlayLoader = (kind) => kinds.get(kind);

export class Overlays {
  open = signal(/** @type {readonly Overlay[]} */ ([]));
  /** @type {Element | null} what had the focus before */
  #before = null;

  /** @param {Overlay} overlay  one of the same kind is replaced */
  show(overlay) {
    if (!this.open.value.length) this.#before = document.activeElement;
    this.#keep((each) => each.kind !== overlay.kind, overlay);
  }

  /** @param {string} [kind] the topmost one when none is named; says whether there was one */
  close(kind) {
    const open = this.open.value;
    const gone = kind ?? open.at(-1)?.kind;
    if (!open.some((each) => each.kind === gone)) return false;
    this.#keep((each) => each.kind !== gone);
    if (!this.open.value.length) this.#giveBack();
    return true;
  }

  /** @param {(overlay: Overlay) => boolean} isKept @param {Overlay[]} more */
  #keep(isKept, ...more) {
    const open = this.open.value;
    for (const each of open) if (!isKept(each)) each.given?.typed?.();
    this.open.value = [...open.filter(isKept), ...more];
  }

  /** The focus goes back; where nothing is left of what had it, to what stays. */
  #giveBack() {
    const before = this.#before?.isConnected ? this.#before : document.querySelector(LASTING);
    if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  }
}
