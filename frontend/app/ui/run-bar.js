// @ts-check
/** Running, in the top bar: how far it is, stop and pause, and the button that queues. */

import { html } from "htm/preact";
import { t } from "../i18n.js";
import { CommandButton, IconButton, keyText } from "./command-button.js";
import { icon } from "./icons.js";

/** @typedef {import("../app.js").App} App */

const MOST = 999;
const MENU = "run-menu";

/** @param {{ app: App }} props */
export default function RunBar({ app }) {
  const hasWork = app.queue.jobs.value.length > 0 || app.queue.isHeld.value;
  return html`<div class="run-bar" role="group" aria-label=${t("run.bar")}>
    ${hasWork && html`<${Progress} app=${app} />`}
    ${hasWork && html`<${Stop} app=${app} />`}
    <${RunButton} app=${app} />
  </div>`;
}

/** @param {{ app: App }} props */
function Progress({ app }) {
  const { working, left, isPaused, running } = app.queue;
  const { step = 0, steps = 0 } = working.value ?? {};
  const word = isPaused.value
    ? t("run.paused")
    : steps
      ? `${step}/${steps}`
      : running.value.length
        ? t("run.working")
        : t("run.waiting");
  const waiting = left.value - running.value.length;
  return html`<button type="button" class="run-progress" data-tip=${t("command.run.show-queue")}
    onClick=${() => app.commands.run(app, "run.show-queue")} style=${{ "--part": steps ? step / steps : 0 }}>
    <span class="run-word">${word}</span>
    ${waiting > 0 && html`<span class="run-count" aria-label=${t("run.count-waiting", { count: waiting })}>+${waiting}</span>`}
  </button>`;
}

/** @param {{ app: App }} props */
function Stop({ app }) {
  const isPaused = app.queue.isPaused.value || app.queue.isHeld.value;
  return html`
    <${IconButton} class="run-pause" name=${isPaused ? "run" : "pause"} label=${t(isPaused ? "queue.resume" : "queue.pause")}
      onClick=${() => app.commands.run(app, isPaused ? "run.resume" : "run.pause")} />
    ${app.queue.running.value.length > 0 && html`<${CommandButton} app=${app} id="run.interrupt" name="stop" />`}
  `;
}

/** @param {{ app: App }} props */
function RunButton({ app }) {
  const { count, isAsking } = app.running;
  const command = app.commands.get("run.queue");
  const keys = command ? keyText(app.keymap.keysOf(command)[0] ?? "") : "";
  const isGraph = app.workspace.active.value?.face.value !== "form";
  const isOpen = app.overlays.open.value.some((each) => each.kind === MENU);
  return html`<div class="run-split">
    <button type="button" class="button is-main run-main" aria-busy=${isAsking.value} data-tip=${t("command.run.queue")} data-tip-keys=${keys}
      onClick=${() => app.commands.run(app, "run.queue")}>${icon("run")}<span>${t("run.run")}</span></button>
    ${isGraph && html`<${Count} count=${count} />`}
    <button type="button" class="button is-main run-more" aria-haspopup="menu" aria-expanded=${isOpen}
      aria-label=${t("run.more")} data-tip=${t("run.more")} onClick=${(/** @type {MouseEvent} */ event) => toggleMenu(app, event)}>
      ${icon("chevron-down")}
    </button>
  </div>`;
}

/** @param {App} app @param {MouseEvent} event */
function toggleMenu(app, event) {
  if (app.overlays.close(MENU)) return;
  const { right, bottom } = /** @type {HTMLElement} */ (event.currentTarget).getBoundingClientRect();
  app.overlays.show({ kind: MENU, at: { x: right - 240, y: bottom + 4 } });
}

/** How many runs. @param {{ count: import("@preact/signals-core").Signal<number> }} props */
function Count({ count }) {
  const set = (/** @type {Event} */ event) => {
    const field = /** @type {HTMLInputElement} */ (event.currentTarget);
    count.value = Math.min(MOST, Math.max(1, Math.round(field.valueAsNumber) || 1));
    field.value = String(count.value);
  };
  return html`<label class="run-times" data-tip=${t("run.count")}>
    <span aria-hidden="true">×</span>
    <input type="number" min="1" max=${MOST} aria-label=${t("run.count")} value=${count.value} onChange=${set}
      onFocus=${(/** @type {FocusEvent} */ event) => /** @type {HTMLInputElement} */ (event.currentTarget).select()} />
  </label>`;
}
