// @ts-check
/** The palette of eight, as an overlay: a click colours what is chosen. */

import { html } from "htm/preact";
import { useEffect, useRef } from "preact/hooks";
import { paint } from "../commands/coloring.js";
import { t } from "../i18n.js";
import { cssColor, HUES } from "../model/looks.js";

/**
 * @param {{ overlay: import("./overlays.js").Overlay, app: import("../app.js").App, close: () => void }} props
 *   given: `selected`, what is coloured
 */
export default function Colors({ overlay, app, close }) {
  const host = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => host.current?.querySelector("button")?.focus({ preventScroll: true }), [overlay]);
  const pick = (/** @type {string | undefined} */ hue) => {
    close();
    paint(app, hue, overlay.given.selected);
  };
  return html`<div class="colors" role="group" aria-label=${t("command.node.color")} ref=${host}>
    ${HUES.map(
      (
        hue,
      ) => html`<button type="button" class="color" aria-label=${t(`command.color.${hue}`)} data-tip=${t(`command.color.${hue}`)}
        style=${{ "--tint": cssColor(hue) }} onClick=${() => pick(hue)}></button>`,
    )}
    <button type="button" class="color is-none" aria-label=${t("command.color.none")} data-tip=${t("command.color.none")}
      onClick=${() => pick(undefined)}></button>
  </div>`;
}
