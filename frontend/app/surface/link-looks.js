// @ts-check
/** How links look by the settings, by what is selected, and by what one drags: kept up by signals. */

import { effect, signal } from "@preact/signals-core";
import { showFit } from "./link-fit.js";

/** Links of what is selected alone are seen well (Alt+H). */
export const areOthersFaint = signal(false);

/**
 * @param {import("../app.js").App} app @param {import("./canvas.js").Canvas} canvas
 * @returns {() => void} stops it
 */
export function startLinkLooks(app, canvas) {
  const { surface } = canvas;
  const stops = [
    effect(() => {
      const shape = app.settings.get("linkShape");
      canvas.index.reshape(shape === "hidden" ? "curve" : shape);
      surface.lookAt({ isOff: shape === "hidden", opacity: app.settings.get("linkOpacity") });
    }),
    effect(() => {
      const tab = app.workspace.active.value;
      const isOn = areOthersFaint.value;
      const nodes = tab?.selection.now.value.nodes;
      tab?.version.value;
      const kept = isOn && nodes ? new Set([...nodes].flatMap((id) => [...canvas.index.linksOf(id)])) : null;
      if (kept || surface.look.kept) surface.lookAt({ kept });
    }),
    effect(() => showFit(app, canvas, app.linking.value)),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
