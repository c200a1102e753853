// @ts-check
/** A widget of the graph inside a component: plain DOM that is kept up to date. */

import { html } from "htm/preact";
import { useEffect, useRef } from "preact/hooks";
import { widgetFor } from "../widgets/registry.js";

/**
 * @param {{ control: import("../widgets/registry.js").Control, class?: string, id?: string }} props
 *   another `key` is needed for another tab, node or input
 */
export function Mounted({ control, class: name = "", id }) {
  const host = useRef(/** @type {HTMLElement | null} */ (null));
  const mounted = useRef(
    /** @type {import("../widgets/registry.js").MountedWidget | undefined} */ (undefined),
  );
  const { kind } = control.input.widget ?? {};
  useEffect(() => {
    const element = /** @type {HTMLElement} */ (host.current);
    mounted.current = widgetFor(control.input)?.(element, control);
    return () => {
      mounted.current?.destroy?.();
      element.replaceChildren();
    };
  }, [kind]);
  useEffect(() => mounted.current?.update());
  return html`<div class=${`widget is-outside ${name}`} id=${id} role="group" aria-label=${control.label} ref=${host}></div>`;
}
