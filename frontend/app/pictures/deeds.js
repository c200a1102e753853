// @ts-check
/** What is done with a picture. */

import { t } from "../i18n.js";
import { fullAddress, shortName } from "../state/picture-files.js";
import { Tab } from "../state/tab.js";
import { confirm } from "../ui/dialog.js";
import { filePath, useSomewhere, valueFor } from "./uploading.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../state/runs.js").Picture} Picture */

/** Give a picture to the selected node that loads one, or to a new one. @param {App} app @param {Picture} picture */
export async function useAsInput(app, picture) {
  // over a form the graph may not have been there yet
  await app.graph.ready();
  await useSomewhere(app, () => valueFor(app, picture));
  app.overlays.close("lightbox");
  app.tab.face.value = "graph";
  app.notices.tell(t("picture.used", { name: shortName(picture) }), "good");
}

/** Open the graph that made a picture, in a tab of its own. @param {App} app @param {Picture} picture */
export async function openWorkflow(app, picture) {
  const { document } = await app.api.ask("POST", "import", await bytesOf(picture));
  app.overlays.close("lightbox");
  const tab = app.workspace.open(new Tab(document, { saved: null }));
  tab.face.value = "graph";
}

/** Put a picture into the clipboard; it takes PNG alone. @param {App} app @param {Picture} picture */
export async function copy(app, picture) {
  if (!globalThis.ClipboardItem || !navigator.clipboard) throw new Error(t("picture.no-clipboard"));
  // promised, as Safari lets one write only while the press is fresh
  await navigator.clipboard.write([new ClipboardItem({ "image/png": asPng(picture) })]);
  app.notices.tell(t("picture.copied"), "good");
}

/** @param {Picture} picture */
async function asPng(picture) {
  const blob = await bytesOf(picture);
  if (blob.type === "image/png") return blob;
  const bitmap = await createImageBitmap(blob);
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
  bitmap.close();
  return canvas.convertToBlob({ type: "image/png" });
}

/** @param {Picture} picture @returns {Promise<Blob>} */
export async function bytesOf(picture) {
  const answer = await fetch(fullAddress(picture));
  if (!answer.ok) throw new Error(t("picture.gone", { name: picture.name }));
  return answer.blob();
}

/**
 * Delete files, once one is sure; say whether they are gone.
 * @param {App} app @param {readonly Picture[]} pictures
 */
export async function remove(app, pictures) {
  const [first] = pictures;
  const isSure = await confirm(app, {
    title:
      pictures.length > 1
        ? t("picture.delete-many", { count: pictures.length })
        : t("picture.delete-one", { name: shortName(first) }),
    text: t("picture.delete-text"),
    action: t("command.picture.delete"),
    isDangerous: true,
  });
  if (!isSure) return false;
  /** @type {Picture[]} */
  const gone = [];
  try {
    for (const each of pictures) {
      if (each.file) await app.api.remove(filePath(each.file));
      gone.push(each);
    }
  } finally {
    // one that can not be deleted keeps the others from nothing
    app.pictures.drop(gone);
  }
  return true;
}
