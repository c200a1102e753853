// @ts-check
/** Graph or form: two faces of one document. */

import { html } from "htm/preact";
import { t } from "../i18n.js";
import { icon } from "./icons.js";

const FACES = /** @type {const} */ (["form", "graph"]);

/** @param {{ app: import("../app.js").App }} props */
export function FaceSwitch({ app }) {
  const face = app.workspace.active.value?.face;
  if (!face) return null;
  return html`<div class="segments" role="group" aria-label=${t("shell.face")}>
    ${FACES.map(
      (each) => html`<button key=${each} type="button" aria-pressed=${face.value === each} data-face=${each}
        aria-label=${t(`shell.face.${each}`)} onClick=${() => (face.value = each)}>
        ${icon(each)}<span class="segment-word">${t(`shell.face.${each}`)}</span>
      </button>`,
    )}
  </div>`;
}
