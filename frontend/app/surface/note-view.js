// @ts-check
/** A note in the page: a title, and a text that is read as Markdown until one writes in it. */

import { effect } from "@preact/signals-core";
import { t } from "../i18n.js";
import { setNote } from "../model/edits/notes.js";
import { cssColor } from "../model/looks.js";
import { made } from "../ui/made.js";
import { markdown } from "./markdown.js";

/** @typedef {import("../geometry/drawing.js").PlacedNote} PlacedNote */

export class NoteView {
  #shown = /** @type {string | undefined} */ (undefined);

  /** @param {import("../app.js").App} app @param {PlacedNote} placed */
  constructor(app, placed) {
    this.app = app;
    this.placed = placed;
    this.element = made("div", "note");
    this.element.dataset.note = placed.id;
    this.element.setAttribute("role", "group");
    this.header = made("div", "note-header", this.element);
    this.text = made("div", "note-text", this.element);
    this.text.dataset.scrolls = "";
    this.area = made("textarea", "note-area", this.element);
    this.area.hidden = true;
    this.area.placeholder = t("note.placeholder");
    this.area.setAttribute("aria-label", t("note.text"));
    this.area.addEventListener("blur", () => this.#leave());
    this.area.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.area.blur();
    });
    this.update(placed);
    this.stop = effect(() => {
      this.element.classList.toggle("is-selected", app.tab.selection.now.value.notes.has(placed.id));
    });
  }

  /** @param {PlacedNote} placed */
  update(placed) {
    this.placed = placed;
    const { note, x, y, width, height } = placed;
    const { style } = this.element;
    style.transform = `translate(${x}px, ${y}px)`;
    style.width = `${width}px`;
    style.height = `${height}px`;
    style.setProperty("--tint", cssColor(note.color ?? "yellow"));
    const title = note.title || t("note.title");
    this.header.textContent = title;
    this.element.setAttribute("aria-label", title);
    const text = `${note.format} ${note.text}`;
    if (text === this.#shown) return;
    this.#shown = text;
    this.area.value = note.text ?? "";
    if (note.format === "plain") this.text.textContent = note.text ?? "";
    else this.text.replaceChildren(...markdown(note.text ?? ""));
  }

  /** Write in it. */
  enter() {
    this.text.hidden = true;
    this.area.hidden = false;
    this.area.focus({ preventScroll: true });
  }

  destroy() {
    this.stop();
    if (!this.area.hidden) this.#leave();
  }

  #leave() {
    if (this.area.hidden) return;
    this.area.hidden = true;
    this.text.hidden = false;
    const { tab } = this.app;
    const isThere = (tab.graph.view?.notes ?? []).some(
      (/** @type {{ id: string }} */ each) => each.id === this.placed.id,
    );
    if (!isThere || this.area.value === (this.placed.note.text ?? "")) return;
    tab.store.commit("edit.note", setNote(tab.level, tab.graph, this.placed.id, { text: this.area.value }));
  }
}
