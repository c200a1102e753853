// @ts-check
/** Writes documents for elsewhere: as files of ours, of ComfyUI, and as a picture that holds the workflow. */

import { t } from "../i18n.js";
import { withText } from "../pictures/png.js";
import { GraphPicture } from "../surface/graph-picture.js";
import { fileName } from "./saving.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../model/document.js").WorkflowDocument} WorkflowDocument */

/** Pictures hold our documents under this word. */
const KEYWORD = "sfumato";

/** @param {App} app */
const nameOf = (app) => fileName(app.tab.title.value) || t("tabs.untitled");

/** @param {App} app */
export function exportDocument(app) {
  const text = `${JSON.stringify(app.tab.store.document, null, 2)}\n`;
  download(new Blob([text], { type: "application/json" }), `${nameOf(app)}.json`);
}

/** @param {App} app @param {"comfyui-api" | "comfyui-ui"} format */
export async function exportAs(app, format) {
  const name = nameOf(app);
  // not read as JSON: its large numbers would not survive that
  const text = await app.api.text("POST", "export", { document: app.tab.store.document, format });
  const ending = format === "comfyui-api" ? "api.json" : "json";
  download(new Blob([text], { type: "application/json" }), `${name}.${ending}`);
}

/** @param {App} app */
export async function exportPicture(app) {
  const { tab, canvas } = app;
  const { document } = tab.store;
  const name = nameOf(app); // one may look at another tab by the time it is drawn
  const picture = new GraphPicture(document, app.schema.value, tab.level);
  const drawn = picture.drawWhole(canvas.surface.tokens);
  if (!drawn) return app.notices.tell(t("export.empty"));
  const blob = await new Promise((/** @type {(blob: Blob | null) => void} */ done) => drawn.toBlob(done));
  if (!blob) throw new Error(t("export.too-large"));
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const whole = withText(bytes, KEYWORD, JSON.stringify(document));
  return download(new Blob([/** @type {BlobPart} */ (whole)], { type: "image/png" }), `${name}.png`);
}

/** @param {Blob} blob @param {string} name */
function download(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
