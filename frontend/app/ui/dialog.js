// @ts-check
/** A question or a small form over everything, and the functions that ask it. */

import { html } from "htm/preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../i18n.js";
import { IconButton } from "./command-button.js";

/** @typedef {import("../app.js").App} App */
/**
 * @typedef {{
 *   name: string, label: string, kind?: "text" | "long" | "number" | "choice" | "check", value?: any,
 *   choices?: readonly { value: string, label: string }[], hint?: string, isRequired?: boolean,
 * }} Field
 */
/** @typedef {{ id: string, label: string, kind?: "main" | "danger" | "plain" }} Action */
/** @typedef {{ title: string, text?: string, fields?: readonly Field[], actions?: readonly Action[] }} Question */
/** @typedef {{ action: string, values: Record<string, any> }} Answer */

/**
 * Ask something; null when the dialog is closed without an answer.
 * @param {App} app @param {Question} question  without actions it has "ok" and a way back
 * @returns {Promise<Answer | null>}
 */
export function ask(app, question) {
  return new Promise((resolve) => {
    const overlay = { kind: "dialog", isModal: true, given: { ...question, answer: resolve } };
    app.overlays.show(overlay);
    // what was not answered when it closes is given up; a second answer to a promise is none
    const stop = app.overlays.open.subscribe((open) => {
      if (open.includes(overlay)) return;
      resolve(null);
      queueMicrotask(() => stop());
    });
  });
}

/**
 * Ask whether to do something.
 * @param {App} app @param {{ title: string, text?: string, action: string, isDangerous?: boolean }} about
 * @returns {Promise<boolean>}
 */
export async function confirm(app, { title, text, action, isDangerous = false }) {
  const actions = /** @type {Action[]} */ ([
    { id: "cancel", label: t("dialog.cancel"), kind: "plain" },
    { id: "ok", label: action, kind: isDangerous ? "danger" : "main" },
  ]);
  return (await ask(app, { title, text, actions }))?.action === "ok";
}

/**
 * Ask for one text; null when it is given up.
 * @param {App} app @param {{ title: string, label: string, value?: string, action?: string, text?: string }} about
 * @returns {Promise<string | null>}
 */
export async function prompt(app, { title, label, value = "", action = t("dialog.ok"), text }) {
  const answer = await ask(app, {
    title,
    text,
    fields: [{ name: "text", label, value, isRequired: true }],
    actions: [
      { id: "cancel", label: t("dialog.cancel"), kind: "plain" },
      { id: "ok", label: action, kind: "main" },
    ],
  });
  return answer?.action === "ok" ? answer.values.text : null;
}

/** @returns {Action[]} */
const usualActions = () => [
  { id: "cancel", label: t("dialog.cancel"), kind: "plain" },
  { id: "ok", label: t("dialog.ok"), kind: "main" },
];

/** @param {{ overlay: import("./overlays.js").Overlay, app: App, close: () => void }} props */
export default function Dialog({ overlay, close }) {
  const question = /** @type {Question & { answer: (answer: Answer | null) => void }} */ (overlay.given);
  return html`<${Asked} key=${question} question=${question} close=${close} />`;
}

/** @param {{ question: Question & { answer: (answer: Answer | null) => void }, close: () => void }} props */
function Asked({ question, close }) {
  const { title, text, fields = [], actions = usualActions(), answer } = question;
  // Enter, pressed without reading, takes nothing away
  const first = fields.length ? undefined : actions.findLast((each) => each.kind !== "danger");
  const end = (/** @type {string} */ action, /** @type {HTMLFormElement} */ form) => {
    const main = actions.find((each) => each.id === action);
    if (main?.kind !== "plain" && !form.reportValidity()) return;
    answer({ action, values: valuesOf(form, fields) });
    close();
  };
  const onSubmit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    const button = /** @type {HTMLButtonElement | null} */ (event.submitter);
    end(button?.value || actions.at(-1)?.id || "", /** @type {HTMLFormElement} */ (event.currentTarget));
  };
  return html`<${Window} title=${title} close=${close} class="dialog-small">
    <form class="dialog-form" novalidate onSubmit=${onSubmit}>
      ${text && html`<p class="dialog-text">${text}</p>`}
      ${fields.map((each, index) => html`<${FieldRow} key=${each.name} field=${each} isFirst=${!index} />`)}
      <div class="dialog-actions">
        ${actions.map(
          (each) => html`<button key=${each.id} value=${each.id} autofocus=${each === first}
            type=${each === actions.at(-1) ? "submit" : "button"} class=${`button is-${each.kind ?? "plain"}`}
            onClick=${(/** @type {MouseEvent} */ event) => {
              const button = /** @type {HTMLButtonElement} */ (event.currentTarget);
              if (button.type === "button") end(each.id, /** @type {HTMLFormElement} */ (button.form));
            }}>${each.label}</button>`,
        )}
      </div>
    </form>
  <//>`;
}

/**
 * A modal window with a title: for dialogs of every kind.
 * @param {{ title: string, close: () => void, children: any, class?: string }} props
 */
export function Window({ title, close, children, class: name = "" }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  // before the effects of what is in it, which may focus a field
  useLayoutEffect(() => {
    const element = /** @type {HTMLDialogElement} */ (dialog.current);
    element.showModal();
    if (document.activeElement?.closest(".dialog-header")) beginIn(element);
    return () => element.close();
  }, []);
  const onCancel = (/** @type {Event} */ event) => {
    event.preventDefault();
    close();
  };
  const onPress = (/** @type {PointerEvent} */ event) => {
    if (event.target === dialog.current) close();
  };
  return html`<dialog class=${`dialog ${name}`} ref=${dialog} aria-label=${title} onCancel=${onCancel} onPointerDown=${onPress}>
    <div class="dialog-inside">
      <header class="dialog-header">
        <h2>${title}</h2>
        <${IconButton} name="close" label=${t("dialog.close")} onClick=${close} />
      </header>
      ${children}
    </div>
  </dialog>`;
}

const FIELDS = ["input", "select", "textarea", "button", "[tabindex='0']"];

/** The way out is not what one came for. @param {HTMLElement} dialog */
function beginIn(dialog) {
  const inside = FIELDS.map((each) => `${each}:not(:disabled, .dialog-header *)`).join();
  /** @type {HTMLElement | null} */ (dialog.querySelector(inside))?.focus();
}

/** @param {{ field: Field, isFirst: boolean }} props */
function FieldRow({ field, isFirst }) {
  const { name, label, kind = "text", value, choices = [], hint, isRequired } = field;
  const shared = { name, autofocus: isFirst, required: isRequired, id: `dialog-${name}` };
  if (kind === "check")
    return html`<label class="check-row"><input type="checkbox" ...${shared} defaultChecked=${value} />${label}</label>`;
  const control =
    kind === "long"
      ? html`<textarea class="field" rows="4" ...${shared} defaultValue=${value}></textarea>`
      : kind === "choice"
        ? html`<select class="field" ...${shared}>
            ${choices.map((each) => html`<option key=${each.value} value=${each.value} selected=${each.value === value}>${each.label}</option>`)}
          </select>`
        : html`<input class="field" type=${kind} step="any" ...${shared} defaultValue=${value}
            onFocus=${(/** @type {FocusEvent} */ event) => /** @type {HTMLInputElement} */ (event.currentTarget).select()} />`;
  return html`<div class="field-row">
    <label for=${shared.id}>${label}</label>
    ${control}
    ${hint && html`<p class="hint">${hint}</p>`}
  </div>`;
}

/** @param {HTMLFormElement} form @param {readonly Field[]} fields */
function valuesOf(form, fields) {
  return Object.fromEntries(
    fields.map(({ name, kind }) => {
      const control = /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
      return [
        name,
        kind === "check" ? control.checked : kind === "number" ? control.valueAsNumber : control.value,
      ];
    }),
  );
}
