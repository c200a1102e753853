// @ts-check
/** A combobox as an overlay: it lies at a row of a node and goes when something is chosen. */

import { html } from "htm/preact";
import { useEffect, useRef } from "preact/hooks";
import { combobox } from "./combobox.js";

/**
 * @param {{ overlay: import("./overlays.js").Overlay, app: import("../app.js").App, close: () => void }} props
 *   given: the options of a combobox, `isMany` ones stay open; `width`: pixels at least; `typed`: what was typed meanwhile
 */
export default function Choices({ overlay, close }) {
  const host = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    const { given } = overlay;
    const element = combobox({
      ...given,
      text: (given.text ?? "") + (given.typed?.() ?? "").replaceAll("\n", ""),
      onPick: (value) => {
        if (!given.isMany) close();
        given.onPick(value);
      },
      onClose: close,
    });
    host.current?.replaceChildren(element);
    element.querySelector("input")?.focus({ preventScroll: true });
    return () => given.onGone?.();
  }, [overlay]);
  return html`<div class="choices" ref=${host} style=${{ minWidth: `${overlay.given.width ?? 0}px` }}></div>`;
}
