// @ts-check
/** The rows of a node in which values are typed. Rows that stay are not touched: one may be typing in them. */

import { linkedRow } from "../widgets/linked.js";
import { widgetFor } from "../widgets/registry.js";

/** @typedef {import("../geometry/graph-index.js").PlacedNode} PlacedNode */
/** @typedef {import("../geometry/node-box.js").WidgetRow} WidgetRow */
/** @typedef {import("../widgets/registry.js").MountedWidget} MountedWidget */
/** @typedef {{ key: string, host: HTMLElement, mounted: MountedWidget | undefined }} Row */

export class WidgetRows {
  /** @type {Map<string, Row>} by the input's name */
  #rows = new Map();
  /** @type {import("../geometry/node-box.js").NodeBox | null} what is shown; a node that is only moved keeps it */
  #box = null;

  /** @param {import("../app.js").App} app @param {HTMLElement} body */
  constructor(app, body) {
    this.app = app;
    this.body = body;
  }

  /** Show the rows of a node, and what they hold now. @param {PlacedNode} placed */
  show({ id, box }) {
    if (box === this.#box) return;
    this.#box = box;
    this.#dropAllBut(new Map(box.widgets.map((row) => [row.input.name, keyOf(row)])));
    // one long text needs no name beside it, two do
    this.body.classList.toggle("has-fields", box.widgets.filter((row) => row.isField).length > 1);
    let next = this.body.firstElementChild;
    for (const row of box.widgets) {
      const known = this.#rows.get(row.input.name);
      known?.mounted?.update();
      const { host } = known ?? this.#mount(id, row);
      host.style.top = `${row.y}px`;
      host.style.height = `${row.height}px`;
      // moving an element would take the focus from it
      if (host === next) next = next.nextElementSibling;
      else this.body.insertBefore(host, next);
    }
  }

  /** The first row that can have the focus. */
  get first() {
    return [...this.#rows.values()].find((each) => each.mounted?.focus)?.mounted;
  }

  clear() {
    this.#dropAllBut(new Map());
  }

  /** @param {ReadonlyMap<string, string>} keys */
  #dropAllBut(keys) {
    for (const [name, row] of this.#rows) {
      if (keys.get(name) === row.key) continue;
      row.mounted?.destroy?.();
      row.host.remove();
      this.#rows.delete(name);
    }
  }

  /** @param {string} nodeId @param {WidgetRow} row @returns {Row} */
  #mount(nodeId, row) {
    const { input } = row;
    const host = document.createElement("div");
    host.className = row.isField ? "widget widget-field" : "widget";
    host.dataset.widget = input.name;
    const control = this.app.controlOf(nodeId, input);
    const mounted = row.isLinked ? linkedRow(host, control) : widgetFor(input)?.(host, control);
    const made = { key: keyOf(row), host, mounted };
    this.#rows.set(input.name, made);
    return made;
  }
}

/** What a row was mounted for; it is mounted again when it changes. @param {WidgetRow} row */
const keyOf = ({ input, isLinked, isField }) =>
  `${input.label} ${input.type} ${input.widget?.kind} ${input.widget?.choices?.length} ${isLinked} ${isField}`;
