// @ts-check
/** A panel of a pack: plain DOM in a place of ours. */

import { html } from "htm/preact";
import { useEffect, useRef } from "preact/hooks";

/** @typedef {import("../app.js").App} App */

/**
 * @param {(host: HTMLElement, app: App) => (() => void) | void} mount  never throws
 * @param {(clean: () => void) => void} end  what `mount` returned is called by it
 * @returns {import("./registry.js").Panel["load"]}
 */
export function mountedPanel(mount, end) {
  /** @param {{ app: App }} props */
  function PackPanel({ app }) {
    const host = useRef(/** @type {HTMLElement | null} */ (null));
    useEffect(() => {
      const element = /** @type {HTMLElement} */ (host.current);
      const clean = mount(element, app);
      return () => clean && end(clean);
    }, []);
    return html`<div class="pack-panel" ref=${host}></div>`;
  }
  return async () => ({ default: PackPanel });
}
