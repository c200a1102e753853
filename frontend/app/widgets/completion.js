// @ts-check
/** Names of embeddings, offered while one types `embedding:`. */

import { t } from "../i18n.js";
import { marked } from "../ui/combobox.js";
import { found } from "../ui/filtering.js";
import { made } from "../ui/made.js";
import { caretPoint } from "./caret.js";
import { begunName, finished } from "./naming.js";

/** @typedef {import("./naming.js").Begun} Begun */

const MOST = 12;
const MOST_NAMES = 500;
/** Names that were asked for so long ago are asked for again. */
const FRESH_MS = 60_000;

/** @type {{ at: number, names: Promise<string[]> } | null} */
let known = null;

/** @param {import("../app.js").App} app */
function embeddings(app) {
  if (known && Date.now() - known.at < FRESH_MS) return known.names;
  const names = app.api.get("models/embeddings", { limit: MOST_NAMES }).then(
    ({ models }) => models.map((/** @type {{ name: string }} */ each) => each.name),
    () => {
      known = null;
      return [];
    },
  );
  known = { at: Date.now(), names };
  return names;
}

export class Completion {
  /** @type {HTMLElement | null} */
  #list = null;
  /** @type {Begun | null} */
  #begun = null;
  /** @type {readonly string[]} */
  #names = [];
  #active = 0;
  /** While the list is open. */
  #open = new AbortController();

  /**
   * @param {HTMLTextAreaElement} area @param {import("../app.js").App} app
   * @param {(text: string, caret: number) => void} write
   */
  constructor(area, app, write) {
    this.area = area;
    this.app = app;
    this.write = write;
  }

  /** Something was typed, or the caret was moved while the list is open. */
  async follow() {
    const begun = begunName(this.area.value, this.area.selectionStart);
    if (!begun) return this.close();
    this.#begun = begun;
    const names = await embeddings(this.app);
    if (this.#begun !== begun || document.activeElement !== this.area) return;
    const fitting = found(names, begun.text, (each) => each).slice(0, MOST);
    if (fitting.length) this.#show(fitting);
    else this.close();
  }

  close() {
    this.#open.abort();
    this.#list?.remove();
    this.#list = null;
    // what is still asked for is not wanted any more
    this.#begun = null;
    this.area.removeAttribute("aria-controls");
    this.area.removeAttribute("aria-activedescendant");
  }

  /** Say whether a key was for the list. @param {KeyboardEvent} event */
  key(event) {
    if (!this.#list || event.ctrlKey || event.metaKey) return false;
    const way = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (way) this.#move((this.#active + way + this.#names.length) % this.#names.length);
    else if (event.key === "Enter" || event.key === "Tab") this.#take(this.#active);
    else if (event.key === "Escape") this.close();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  /** @param {import("../ui/filtering.js").Found<string>[]} fitting */
  #show(fitting) {
    this.#list?.remove();
    this.#open.abort();
    this.#open = new AbortController();
    const { signal } = this.#open;
    document.addEventListener("selectionchange", () => this.#onCaret(), { signal });
    // it lies over the page, and what it belongs to may be moved below it
    const onWheel = (/** @type {WheelEvent} */ { target }) => {
      if (!this.#list?.contains(/** @type {Node} */ (target))) this.close();
    };
    window.addEventListener("wheel", onWheel, { capture: true, passive: true, signal });
    const list = made("div", "choices combobox-list completion", document.body);
    this.#list = list;
    this.#names = fitting.map(({ item }) => item);
    list.id = "completion";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", t("widget.names"));
    for (const [index, { item, letters }] of fitting.entries()) {
      const row = made("div", "combobox-row", list);
      row.id = `completion-${index}`;
      row.setAttribute("role", "option");
      marked(made("span", "combobox-label", row), item, letters);
      row.addEventListener("pointerdown", (event) => {
        event.preventDefault();
        this.#take(index);
      });
    }
    this.area.setAttribute("aria-controls", list.id);
    this.area.setAttribute("aria-autocomplete", "list");
    this.#move(0);
    place(list, caretPoint(this.area, /** @type {Begun} */ (this.#begun).from));
  }

  /** The caret has left the name that was begun. */
  #onCaret() {
    const begun = begunName(this.area.value, this.area.selectionStart);
    if (begun?.from !== this.#begun?.from) this.close();
    else if (begun?.text !== this.#begun?.text) this.follow();
  }

  /** @param {number} index */
  #move(index) {
    this.#active = index;
    for (const [place, row] of [...(this.#list?.children ?? [])].entries()) {
      row.setAttribute("aria-selected", String(place === index));
      row.classList.toggle("is-active", place === index);
      if (place === index) row.scrollIntoView({ block: "nearest" });
    }
    this.area.setAttribute("aria-activedescendant", `completion-${index}`);
  }

  /** @param {number} index */
  #take(index) {
    const begun = /** @type {Begun} */ (this.#begun);
    const now = finished(this.area.value, begun, this.#names[index]);
    this.close();
    this.write(now.text, now.caret);
  }
}

/** @param {HTMLElement} list @param {{ x: number, top: number, bottom: number }} caret */
function place(list, { x, top, bottom }) {
  const { width, height } = list.getBoundingClientRect();
  const isBelow = bottom + height < innerHeight;
  list.style.left = `${Math.max(4, Math.min(x, innerWidth - width - 4))}px`;
  list.style.top = `${isBelow ? bottom + 2 : Math.max(4, top - height - 2)}px`;
}
