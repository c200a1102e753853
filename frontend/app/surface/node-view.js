// @ts-check
/** A node in the page: header, sockets, widgets, what it shows. Placed by its geometry. */

import { effect } from "@preact/signals-core";
import { ROW } from "../geometry/node-box.js";
import { colorOf, cssColor, isPinned } from "../model/looks.js";
import { typeWord } from "../model/types.js";
import { made } from "../ui/made.js";
import { NodeFigure } from "./node-figure.js";
import { showNote } from "./node-note.js";
import { showProblems } from "./node-problems.js";
import { WidgetRows } from "./widget-rows.js";

/** @typedef {import("../geometry/graph-index.js").PlacedNode} PlacedNode */
/** @typedef {import("../app.js").App} App */

export class NodeView {
  /** What the parts were built for; they are built again when it changes. */
  #shape = "";
  /** What is marked as wrong; progress says nothing new about it. */
  #problems = "";

  /** @param {App} app @param {PlacedNode} placed */
  constructor(app, placed) {
    this.app = app;
    this.placed = placed;
    this.element = made("div", "node");
    this.element.tabIndex = -1;
    this.element.dataset.node = placed.id;
    this.element.setAttribute("role", "group");
    this.header = made("div", "node-header", this.element);
    this.title = made("span", "node-title", this.header);
    this.badge = made("span", "node-badge", this.header);
    this.sockets = made("div", "node-sockets", this.element);
    this.body = made("div", "node-body", this.element);
    this.rows = new WidgetRows(app, this.body);
    this.figure = new NodeFigure(app, made("div", "node-figure", this.element));
    this.update(placed);
    this.stop = effect(() => this.#showState());
  }

  /** @param {PlacedNode} placed */
  update(placed) {
    const isMoved = isOnlyMoved(this.placed, placed);
    this.placed = placed;
    const { node, spec, box } = placed;
    const { style, classList } = this.element;
    style.transform = `translate(${placed.x}px, ${placed.y}px)`;
    if (isMoved) return;
    style.width = `${box.width}px`;
    style.height = `${box.height}px`;
    this.title.textContent = node.title || spec.title;
    this.header.title = spec.description ?? "";
    const color = colorOf(node);
    classList.toggle("is-tinted", color !== "");
    style.setProperty("--tint", color ? cssColor(color) : null);
    classList.toggle("is-collapsed", box.isCollapsed);
    classList.toggle("is-muted", node.mode === "mute");
    classList.toggle("is-bypassed", node.mode === "bypass");
    classList.toggle("is-missing", Boolean(spec.is_missing));
    classList.toggle("is-pinned", isPinned(node));
    this.rows.show(placed);
    showNote(this.app, this.element, placed);
    const shape = shapeOf(placed);
    if (shape !== this.#shape) {
      this.#build(shape);
      this.#problems = "";
      this.#showProblems(this.app.runs.peek(placed.id));
    }
    this.figure.update(placed, this.app.runs.peek(placed.id));
  }

  destroy() {
    this.stop();
    this.rows.clear();
  }

  /** Go into the node's first widget. */
  enter() {
    const { first } = this.rows;
    first?.focus?.();
    return Boolean(first);
  }

  /** @param {string} shape */
  #build(shape) {
    this.#shape = shape;
    this.sockets.replaceChildren();
    const { box } = this.placed;
    for (const { name, label, type, y, row } of box.inputs) {
      const socket = this.#addSocket("input", name, label, type, y, !row);
      socket.classList.toggle("is-value", Boolean(row && !row.isLinked));
    }
    for (const each of box.outputs) {
      this.#addSocket("output", String(each.index), each.name, each.type, each.y, true);
    }
  }

  /**
   * @param {"input" | "output"} kind @param {string} name @param {string} label @param {string} type
   * @param {number} y @param {boolean} isNamed
   */
  #addSocket(kind, name, label, type, y, isNamed) {
    const socket = made("span", `socket socket-${kind} type-${typeWord(type)}`, this.sockets);
    socket.dataset.socket = `${kind}:${name}`;
    socket.title = [`${label} (${type})`, this.#tooltipOf(kind, name)].filter(Boolean).join("\n");
    Object.assign(
      socket.style,
      kind === "input" ? { left: "0", top: `${y}px` } : { right: "0", top: `${y}px` },
    );
    if (!isNamed || this.placed.box.isCollapsed) return socket;
    const text = made("span", `socket-name socket-name-${kind}`, this.sockets);
    text.textContent = label;
    text.style.top = `${y - ROW / 2}px`;
    return socket;
  }

  /** @param {"input" | "output"} kind @param {string} name */
  #tooltipOf(kind, name) {
    const { spec, box } = this.placed;
    if (kind === "output") return spec.outputs?.[Number(name)]?.tooltip;
    return box.inputs.find((each) => each.name === name)?.input.tooltip;
  }

  #showState() {
    const run = this.app.runs.of(this.placed.id);
    const { classList } = this.element;
    for (const word of ["running", "done", "cached"]) classList.toggle(`is-${word}`, run.state === word);
    this.#showProblems(run);
    classList.toggle("is-selected", this.app.tab.selection.now.value.nodes.has(this.placed.id));
    this.element.style.setProperty("--progress", run.steps ? String(run.step / run.steps) : "0");
    this.badge.textContent = run.badge;
    this.badge.title = run.details;
    const name = this.placed.node.title || this.placed.spec.title;
    this.element.setAttribute("aria-label", run.details ? `${name}, ${run.details}` : name);
    this.figure.update(this.placed, run);
  }

  /** @param {import("../state/runs.js").NodeRun} run */
  #showProblems(run) {
    const found = [...run.problems, ...run.checks];
    const key =
      found.map((each) => `${each.type} ${each.input} ${each.message}`).join("|") + (run.state === "bad");
    if (key === this.#problems) return;
    this.#problems = key;
    showProblems(this, run);
  }
}

/** @param {PlacedNode} a @param {PlacedNode} b */
const isOnlyMoved = (a, b) =>
  a.box === b.box && a.node === b.node && a.spec === b.spec && (a.x !== b.x || a.y !== b.y);

/** @param {PlacedNode} placed @returns {string} */
const shapeOf = ({ box }) =>
  [
    box.isCollapsed,
    ...box.inputs.map((each) => `${each.name} ${each.type} ${each.y}`),
    ...box.outputs.map((each) => `${each.name} ${each.type}`),
    ...box.widgets.map(
      (each) => `${each.input.name} ${each.input.widget?.kind} ${each.isLinked} ${each.isField}`,
    ),
  ].join("|");
