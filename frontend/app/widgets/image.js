// @ts-check
/** A picture that a node loads: chosen from a list, brought along as a file, dropped or pasted. */

import { t } from "../i18n.js";
import { fileOf, fileValue, pictureOf, smallAddress } from "../state/picture-files.js";
import { carried, KIND, pictureAmong } from "../surface/picture-drag.js";
import { iconElement } from "../ui/icons.js";
import { made } from "../ui/made.js";
import { describe, onKey, openChoices } from "./choice.js";
import { choicesOf, itemsOf } from "./choices-of.js";
import { listen, markChanged, markWrong, pillIn } from "./row.js";

/** @typedef {import("./registry.js").Control} Control */

/** Pixels: in the list, and beside a form's field. */
const IN_LIST = 96;
const IN_FORM = 512;

/** @type {import("./registry.js").MountWidget} */
export function mountImage(host, control) {
  host.classList.add("widget-image");
  const pill = pillIn(host, control, "button", "pill-choice");
  const word = made("span", "pill-word", pill);
  describe(pill);
  const show = (/** @type {string} */ text) =>
    openChoices(pill, control, {
      text,
      value: control.get(),
      items: () => withPictures(itemsOf(control)),
      load: async () => withPictures(await newest(control)),
      onPick: (/** @type {unknown} */ value) => control.set(value),
    });
  const step = (/** @type {number} */ way) => {
    const choices = choicesOf(control);
    const next = choices[choices.indexOf(control.get()) + way];
    if (next !== undefined) control.set(next, { isTyping: true });
  };
  uploadButton(host, control);
  const picture = host.classList.contains("is-outside") ? made("img", "image-beside", host) : null;
  if (picture) picture.alt = "";
  const update = () => {
    const value = String(control.get() ?? "");
    const isMissing = !value || control.app.pictures.isMissing(value);
    word.textContent = value ? fileOf(value).name : t("picture.none");
    word.title = value;
    pill.classList.toggle("is-missing", Boolean(value) && isMissing);
    pill.classList.toggle("is-empty", !value);
    markWrong(pill, isMissing);
    if (picture) showBeside(picture, value);
    markChanged(pill, control);
  };
  listen(pill, {
    click: () => show(""),
    keydown: (event) => onKey(event, pill, show, step),
    paste: (/** @type {ClipboardEvent} */ event) => take(event, control, event.clipboardData),
  });
  takeDrops(host, control);
  const stop = control.app.pictures.watch(() => update());
  update();
  return { update, destroy: stop, focus: () => pill.focus({ preventScroll: true }) };
}

/** @param {HTMLImageElement} image @param {string} value */
function showBeside(image, value) {
  const address = value ? smallAddress(pictureOf(fileOf(value)), IN_FORM) : "";
  image.hidden = !address;
  if (address && image.getAttribute("src") !== address) image.src = address;
}

/** @param {HTMLElement} host @param {Control} control */
function uploadButton(host, control) {
  const button = made("button", "image-upload", host);
  button.type = "button";
  button.dataset.takesPointer = "";
  button.dataset.tip = t("picture.upload");
  button.setAttribute("aria-label", t("picture.upload-to", { label: control.label }));
  button.append(iconElement("upload"));
  const field = made("input", "", host);
  field.type = "file";
  field.accept = "image/*";
  field.hidden = true;
  listen(button, { click: () => field.click() });
  listen(field, {
    change: async () => {
      const [file] = field.files ?? [];
      field.value = "";
      if (file) await put(control, file);
    },
  });
}

/**
 * Bring a file to the server and set it.
 * @param {Control} control @param {File} file
 */
async function put(control, file) {
  const { app } = control;
  try {
    const { upload } = await import("../pictures/uploading.js");
    const value = await upload(app, file, { name: file.name });
    app.pictures.forget(value);
    control.set(value, { label: "edit.picture" });
  } catch (problem) {
    app.notices.problem(problem);
  }
}

/** In a form; on the surface the node takes what is dropped. @param {HTMLElement} host @param {Control} control */
function takeDrops(host, control) {
  if (!host.classList.contains("is-outside")) return;
  listen(host, {
    dragover: (/** @type {DragEvent} */ event) => {
      const { types = [] } = event.dataTransfer ?? {};
      if (!types.includes("Files") && !types.includes(KIND)) return;
      event.preventDefault();
      event.stopPropagation();
      host.classList.add("is-drop-target");
    },
    dragleave: () => host.classList.remove("is-drop-target"),
    drop: (/** @type {DragEvent} */ event) => {
      host.classList.remove("is-drop-target");
      take(event, control, event.dataTransfer);
    },
  });
}

/** @param {Event} event @param {Control} control @param {DataTransfer | null} transfer */
function take(event, control, transfer) {
  const own = transfer && carried(transfer);
  const file = pictureAmong(transfer?.files ?? []);
  if (!own && !file) return;
  event.preventDefault();
  event.stopPropagation();
  if (own) control.set(fileValue(own), { label: "edit.picture" });
  else if (file) put(control, file);
}

/** @param {import("../ui/combobox.js").Item[]} items */
const withPictures = (items) =>
  items.map((each) => ({
    ...each,
    thumbnail: each.value ? smallAddress(pictureOf(fileOf(String(each.value))), IN_LIST) : undefined,
  }));

/** @param {Control} control */
async function newest(control) {
  const { files } = await control.app.api.get("files", { kind: "input", limit: 500 });
  const names = files
    .filter((/** @type {any} */ each) => each.type.startsWith("image/"))
    .map((/** @type {any} */ each) => each.name);
  const widget = /** @type {import("../model/schema.js").Widget} */ (control.input.widget);
  widget.choices = names;
  return itemsOf(control, names);
}
