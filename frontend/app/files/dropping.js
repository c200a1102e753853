// @ts-check
/** Files that are dropped on the window. */

import { t } from "../i18n.js";

/** @typedef {import("../app.js").App} App */

/** @param {App} app */
export function startDropping(app) {
  const hint = new DropHint();
  /** A picture of the page that is dragged within it looks like a file too. */
  let isOurs = false;
  document.addEventListener("dragstart", () => {
    isOurs = true;
  });
  document.addEventListener("dragend", () => {
    isOurs = false;
  });
  const isTaken = (/** @type {DragEvent} */ event) =>
    !isOurs && !event.defaultPrevented && Boolean(event.dataTransfer?.types.includes("Files"));
  // those who take a picture for themselves let nobody else hear of it
  addEventListener("dragover", () => hint.mayEnd(), { capture: true });
  addEventListener("drop", () => hint.hide(), { capture: true });
  addEventListener("dragover", (event) => {
    if (!isTaken(event)) return;
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = "copy";
    hint.show(event.altKey);
  });
  addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) hint.hide();
  });
  addEventListener("drop", (event) => {
    if (isTaken(event)) drop(app, event);
  });
}

/** @param {App} app @param {DragEvent} event */
async function drop(app, event) {
  event.preventDefault();
  const files = [...(event.dataTransfer?.files ?? [])];
  const at = app.canvas?.point(event);
  try {
    const { takeIn } = await import("./importing.js");
    await app.graph.ready();
    await takeIn(app, files, { at, isInsert: event.altKey });
  } catch (problem) {
    app.notices.problem(problem);
  }
}

class DropHint {
  /** @type {HTMLElement | null} */
  #element = null;
  #isWanted = false;

  /** Go, unless it is shown again by then. */
  mayEnd() {
    this.#isWanted = false;
    requestAnimationFrame(() => !this.#isWanted && this.hide());
  }

  /** @param {boolean} isInsert */
  show(isInsert) {
    this.#isWanted = true;
    const element = this.#element ?? this.#make();
    element.dataset.insert = String(isInsert);
    const [lead, more] = element.children;
    lead.textContent = t(isInsert ? "drop.insert" : "drop.open");
    more.textContent = t(isInsert ? "drop.insert-hint" : "drop.open-hint");
  }

  hide() {
    this.#element?.remove();
    this.#element = null;
  }

  #make() {
    const element = document.createElement("div");
    element.className = "drop-hint";
    element.append(document.createElement("strong"), document.createElement("span"));
    document.body.append(element);
    this.#element = element;
    return element;
  }
}
