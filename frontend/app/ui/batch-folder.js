// @ts-check
/** The pictures of a folder, in the dialog of batches: one that is there, or new ones that are brought along. */

import { signal } from "@preact/signals-core";
import { html } from "htm/preact";
import { useEffect, useMemo } from "preact/hooks";
import { t } from "../i18n.js";
import { upload } from "../pictures/uploading.js";
import { inputFolders } from "../state/folders.js";
import { icon } from "./icons.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../model/batches.js").Typed} Typed */

/** Pictures that are uploaded together lie in a folder of their own. */
const freshFolder = () =>
  `batch ${new Date().toISOString().slice(0, 19).replace("T", " ").replaceAll(":", "")}`;

class Folders {
  all = signal(/** @type {ReadonlyMap<string, number>} */ (new Map()));
  /** Pictures that are still to be uploaded. */
  left = signal(0);

  /** @param {App} app @param {(news: Partial<Typed>) => void} set */
  constructor(app, set) {
    this.app = app;
    this.set = set;
  }

  async load() {
    this.all.value = await inputFolders(this.app.api);
  }

  /** @param {string} folder */
  choose(folder) {
    this.set({ folder, folderCount: this.all.peek().get(folder) ?? 0 });
  }

  /** @param {readonly File[]} files */
  async bring(files) {
    const subfolder = freshFolder();
    this.left.value = files.length;
    try {
      for (const file of files) {
        await upload(this.app, file, { name: file.name, subfolder });
        this.left.value -= 1;
      }
    } finally {
      this.left.value = 0;
      await this.load();
      this.choose(this.all.peek().has(subfolder) ? subfolder : "");
    }
  }
}

/**
 * @param {{
 *   app: App, typed: Typed, set: (news: Partial<Typed>) => void,
 *   input: unknown,
 * }} props  input: the field that says which input takes them
 */
export function BatchFolder({ app, typed, set, input }) {
  const folders = useMemo(() => new Folders(app, set), []);
  const tell = (/** @type {unknown} */ problem) => app.notices.problem(problem);
  useEffect(() => {
    folders.load().catch(tell);
  }, []);
  const left = folders.left.value;
  const bring = (/** @type {Event} */ event) => {
    const { files } = /** @type {HTMLInputElement} */ (event.currentTarget);
    if (files?.length) folders.bring([...files]).catch(tell);
  };
  return html`<fieldset class="batch-part">
    <legend>${t("batch.folder")}</legend>
    <p class="hint">${t("batch.folder-hint")}</p>
    <div class="batch-row is-grid">
      ${input}
      <select class="field" aria-label=${t("batch.which-folder")} value=${typed.folder}
        onChange=${(/** @type {Event} */ event) => folders.choose(/** @type {HTMLSelectElement} */ (event.currentTarget).value)}>
        <option value="">${t("batch.no-folder")}</option>
        ${[...folders.all.value].map(([name, count]) => html`<option key=${name} value=${name} selected=${name === typed.folder}>${t("batch.folder-of", { name, count })}</option>`)}
      </select>
    </div>
    <label class="button batch-file" aria-busy=${left > 0}>${icon("upload")}${left ? t("batch.uploading", { count: left }) : t("batch.pictures")}<input
      type="file" multiple class="visually-hidden" accept="image/*" disabled=${left > 0} onChange=${bring} /></label>
  </fieldset>`;
}
