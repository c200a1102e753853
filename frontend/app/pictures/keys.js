// @ts-check
/** Keys of something that fills the window: it hears them first, so that none reaches the graph behind it. */

import { useEffect } from "preact/hooks";

/** @typedef {import("../app.js").App} App */

const TYPED = "input:not([type=range]):not([type=checkbox]):not([type=color]), textarea, select";

/**
 * Hear keys while an overlay is the topmost one.
 * @param {App} app @param {string} kind @param {(event: KeyboardEvent, isTyped: boolean) => boolean | undefined} onKey  says whether the key meant something
 */
export function useKeys(app, kind, onKey) {
  useEffect(() => {
    const hear = (/** @type {KeyboardEvent} */ event) => {
      if (app.overlays.open.peek().at(-1)?.kind !== kind || event.key === "Tab") return;
      const target = /** @type {Element} */ (event.target);
      if (onKey(event, Boolean(target.closest?.(TYPED)))) event.preventDefault();
      event.stopPropagation();
    };
    window.addEventListener("keydown", hear, { capture: true });
    return () => window.removeEventListener("keydown", hear, { capture: true });
  });
}
