// @ts-check
/** Somebody saved another version meanwhile: both are compared, and one says what happens. */

import { html } from "htm/preact";
import { useEffect } from "preact/hooks";
import { t } from "../i18n.js";
import { Window } from "./dialog.js";
import { Changes, changesOf } from "./difference.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../model/document.js").WorkflowDocument} WorkflowDocument */
/** @typedef {import("../files/saving.js").Way} Way */
/**
 * @typedef {{ name: string, theirs: WorkflowDocument | null, mine: WorkflowDocument, isNew: boolean }} Conflict
 *   isNew: mine is not based on that workflow, which only has the same name
 */

/** @param {App} app @param {Conflict} conflict @returns {Promise<Way | null>} */
export function askConflict(app, conflict) {
  return new Promise((answer) => {
    app.overlays.show({ kind: "conflict", isModal: true, given: { ...conflict, answer } });
  });
}

/** @param {WorkflowDocument | null} theirs @param {boolean} isNew */
function textOf(theirs, isNew) {
  if (!theirs) return "conflict.unreadable";
  return isNew ? "conflict.text-new" : "conflict.text";
}

/** @param {{ overlay: import("./overlays.js").Overlay, app: App, close: () => void }} props */
export default function ConflictDialog({ overlay, app, close }) {
  const { name, theirs, mine, isNew, answer } =
    /** @type {Conflict & { answer: (way: Way | null) => void }} */ (overlay.given);
  const choose = (/** @type {Way} */ way) => {
    answer(way);
    close();
  };
  // what was not answered by now is given up
  useEffect(() => () => answer(null), []);
  return html`<${Window} title=${t(isNew ? "conflict.title-new" : "conflict.title", { name })} close=${close}>
    <p class="dialog-lead">${t(textOf(theirs, isNew))}</p>
    ${theirs && html`<${Changes} changes=${changesOf(app, theirs, mine)} nothing=${t("conflict.same")} />`}
    <div class="dialog-foot">
      <button type="button" class="button" onClick=${() => choose("copy")}>${t("conflict.copy")}</button>
      ${theirs && !isNew && html`<button type="button" class="button" onClick=${() => choose("theirs")}>${t("conflict.theirs")}</button>`}
      <button type="button" class="button is-main" onClick=${() => choose("mine")}>${t(isNew ? "conflict.replace" : "conflict.mine")}</button>
    </div>
  <//>`;
}
