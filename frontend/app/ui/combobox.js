// @ts-check
/**
 * A list with a filter above it, for the keyboard and the pointer. Plain DOM, so that widgets and
 * components can use it.
 */

import { t } from "../i18n.js";
import { found } from "./filtering.js";
import { made } from "./made.js";

/** @typedef {{ value: any, label: string, hint?: string, thumbnail?: string, isMissing?: boolean }} Item */
/**
 * @typedef {{
 *   items: () => readonly Item[], value?: any, label: string, text?: string, isMany?: boolean,
 *   id?: string, onPick: (value: any) => void, load?: () => Promise<readonly Item[]>, onClose?: () => void,
 * }} ComboboxOptions
 *   id: of the list; text: what is typed into the filter at first; isMany: `value` is a list, and the list stays open;
 *   load: newer items, asked for at once; onClose: Escape and Tab were pressed
 */

/** Rows that are drawn; the rest is reached by the filter. */
const MOST = 200;
/** So few need no filter; letters filter all the same. */
const FEW = 8;

let count = 0;

/**
 * @param {ComboboxOptions} options @returns {HTMLElement}
 */
export const combobox = (options) => new Combobox(options).element;

class Combobox {
  /** @type {readonly Item[]} */
  #items = [];
  /** @type {import("./filtering.js").Found<Item>[]} */
  #shown = [];
  #active = -1;

  /** @param {ComboboxOptions} options */
  constructor(options) {
    this.options = options;
    count += 1;
    this.id = options.id ?? `combobox-${count}`;
    this.value = options.value;
    this.element = made("div", "combobox");
    this.filter = made("input", "combobox-filter", this.element);
    this.list = made("div", "combobox-list", this.element);
    this.note = made("div", "combobox-note", this.element);
    this.#describe();
    this.filter.value = options.text ?? "";
    this.filter.addEventListener("input", () => this.#draw());
    this.element.addEventListener("keydown", (event) => this.#key(event));
    this.list.addEventListener("pointermove", (event) => this.#hover(event));
    this.list.addEventListener("click", (event) => this.#click(event));
    // the filter keeps the focus
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.#take(options.items());
    options.load?.().then(
      (items) => this.#take(items),
      () => {},
    );
  }

  #describe() {
    const { filter, list } = this;
    filter.type = "text";
    filter.autocomplete = "off";
    filter.spellcheck = false;
    filter.placeholder = t("combobox.filter");
    const words = {
      role: "combobox",
      "aria-label": this.options.label,
      "aria-expanded": "true",
      "aria-autocomplete": "list",
      "aria-controls": this.id,
    };
    for (const [name, word] of Object.entries(words)) filter.setAttribute(name, word);
    list.id = this.id;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", this.options.label);
    if (this.options.isMany) list.setAttribute("aria-multiselectable", "true");
    this.note.setAttribute("role", "status");
  }

  /** @param {readonly Item[]} items */
  #take(items) {
    this.#items = items;
    this.#draw();
  }

  #draw() {
    const text = this.filter.value.trim();
    this.element.classList.toggle("is-few", this.#items.length <= FEW && !text);
    this.#shown = found(this.#items, text, (each) => `${each.label} ${each.hint ?? ""}`);
    const drawn = this.#shown.slice(0, MOST);
    this.list.replaceChildren(...drawn.map(({ item, letters }, index) => this.#row(item, letters, index)));
    const left = this.#shown.length - drawn.length;
    this.note.textContent = !drawn.length
      ? t("combobox.none")
      : left
        ? t("combobox.more", { count: left })
        : "";
    this.note.hidden = !this.note.textContent;
    this.list.hidden = !drawn.length;
    const chosen = drawn.findIndex(({ item }) => this.#isChosen(item));
    this.#move(text || chosen < 0 ? 0 : chosen);
  }

  /** @param {Item} item */
  #isChosen(item) {
    return this.options.isMany ? this.value.includes(item.value) : item.value === this.value;
  }

  /** @param {Item} item @param {ReadonlySet<number>} letters  that were looked for @param {number} index */
  #row(item, letters, index) {
    const row = made("div", item.isMissing ? "combobox-row is-missing" : "combobox-row");
    row.id = `${this.id}-${index}`;
    row.dataset.index = String(index);
    row.setAttribute("role", "option");
    row.setAttribute("aria-selected", String(this.#isChosen(item)));
    if (item.thumbnail) {
      const picture = made("img", "combobox-thumbnail", row);
      picture.loading = "lazy";
      picture.alt = "";
      picture.src = item.thumbnail;
    }
    const label = made("span", "combobox-label", row);
    label.title = item.label;
    marked(label, item.label, letters);
    if (item.hint) made("span", "combobox-hint", row).textContent = item.hint;
    return row;
  }

  /** @param {number} index */
  #move(index) {
    const rows = this.list.children;
    rows[this.#active]?.classList.remove("is-active");
    this.#active = rows.length ? Math.max(0, Math.min(rows.length - 1, index)) : -1;
    const row = rows[this.#active];
    if (row) {
      row.classList.add("is-active");
      row.scrollIntoView?.({ block: "nearest" });
      this.filter.setAttribute("aria-activedescendant", row.id);
    } else this.filter.removeAttribute("aria-activedescendant");
  }

  #pick() {
    const chosen = this.#shown[this.#active]?.item;
    if (!chosen) return;
    if (this.options.isMany) {
      this.value = this.#isChosen(chosen)
        ? this.value.filter((/** @type {any} */ each) => each !== chosen.value)
        : [...this.value, chosen.value];
      for (const [index, row] of [...this.list.children].entries())
        row.setAttribute("aria-selected", String(this.#isChosen(this.#shown[index].item)));
    }
    this.options.onPick(this.options.isMany ? this.value : chosen.value);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.isComposing) return;
    const ways = /** @type {Record<string, number>} */ ({
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: 10,
      PageUp: -10,
    });
    const last = this.list.children.length - 1;
    if (ways[event.key]) {
      const next = this.#active + ways[event.key];
      // one step goes round
      this.#move(Math.abs(ways[event.key]) > 1 ? next : next < 0 ? last : next > last ? 0 : next);
    } else if (event.key === "Enter") this.#pick();
    else if (event.key === "Escape" || event.key === "Tab") this.options.onClose?.();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {Event} event */
  #rowOf(event) {
    const row = /** @type {HTMLElement | null} */ (
      /** @type {Element} */ (event.target).closest("[data-index]")
    );
    return row ? Number(row.dataset.index) : -1;
  }

  /** @param {PointerEvent} event */
  #hover(event) {
    const index = this.#rowOf(event);
    if (index >= 0 && index !== this.#active) this.#move(index);
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const index = this.#rowOf(event);
    if (index < 0) return;
    this.#move(index);
    this.#pick();
  }
}

/**
 * Write a text with the letters marked that were looked for.
 * @param {HTMLElement} element @param {string} text @param {ReadonlySet<number>} letters
 */
export function marked(element, text, letters) {
  let from = 0;
  for (let at = 0; at <= text.length; at += 1) {
    if (at < text.length && letters.has(at) === letters.has(from)) continue;
    const part = text.slice(from, at);
    if (letters.has(from)) made("mark", "", element).textContent = part;
    else element.append(part);
    from = at;
  }
}
