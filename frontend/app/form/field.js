// @ts-check
/** One input of a form: its label, the control that fits its kind, and what it is for. */

import { html } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n.js";
import { isWrong } from "../state/runs.js";
import { icon } from "../ui/icons.js";
import { moreStyles, part } from "../ui/parts.js";
import { Slot } from "../ui/slot.js";
import { inWords } from "../ui/words.js";
import { ChoiceField } from "./choice-field.js";
import { controlFor, writeExposed } from "./control.js";
import { isWide } from "./fields.js";
import { NumberField, SeedField } from "./number-field.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("./fields.js").FormField} FormField */
/**
 * @typedef {{ app: App, field: FormField, id: string, about?: string, onLimit: (text: string) => void }} ControlProps
 *   about: ids of what is said of it; onLimit: tells that a bound was taken for what was typed, "" when it no longer holds
 */

/** @param {{ app: App, field: FormField }} props */
export function Field({ app, field }) {
  const id = `form-${field.exposed.name}`;
  const [limit, setLimit] = useState("");
  const Control = controlKind(field);
  const wrong = problemOf(app, field)?.message.replace(WHERE, "");
  const said = { wrong, limit, help: field.help };
  const about = Object.entries(said).flatMap(([name, text]) => (text ? `${id}-${name}` : []));
  return html`<div class=${isWide(field) ? "form-field is-wide" : "form-field"} data-field=${field.exposed.name}>
    ${Control !== Switch && html`<label class="field-label" for=${id}>${field.label}</label>`}
    <${Control} app=${app} field=${field} id=${id} about=${about.join(" ") || undefined} onLimit=${setLimit} />
    ${wrong && html`<p class="form-wrong" id=${`${id}-wrong`}>${icon("warning")}<span>${wrong}</span></p>`}
    ${limit && html`<p class="form-limit" id=${`${id}-limit`}>${limit}</p>`}
    ${field.help && html`<p class="hint" id=${`${id}-help`}>${inWords(field.help)}</p>`}
  </div>`;
}

/** Return what the server says is wrong with a field's value. @param {App} app @param {FormField} field */
function problemOf(app, { nodeId, input }) {
  // nodes are told of at the level that is shown; the form is of the outermost one
  if (app.tab.way.value.length) return undefined;
  const { problems, checks } = app.runs.of(nodeId);
  return [...problems, ...checks].find((each) => each.input === input?.name && isWrong(each));
}

/** The server says first which input of which node is wrong, which one sees here. */
const WHERE = /^Input "[^"]*" of node \S+(?: "[^"]*")?: /;

/** @param {FormField} field @returns {(props: any) => any} */
function controlKind({ input, isLinked }) {
  const widget = input?.widget;
  if (!widget || isLinked) return Untyped;
  if (widget.upload || widget.many || widget.display || widget.kind === "any" || input.options?.widget)
    return FromGraph;
  if (widget.kind === "bool") return Switch;
  if (widget.kind === "choice" || widget.kind === "file") return ChoiceField;
  if (widget.kind === "int" && widget.control) return SeedField;
  if (widget.kind === "int" || widget.kind === "float") return NumberField;
  return widget.multiline ? Long : Plain;
}

/** What is fed by a link, or not known here, is not typed. @param {ControlProps} props */
const Untyped = ({ field, id }) =>
  html`<p class="form-note" id=${id}>${t(field.isLinked ? "form.linked" : "form.unknown")}</p>`;

/** @param {ControlProps} props */
function Plain({ app, field, id, about }) {
  return html`<input class="field" id=${id} type="text" value=${String(field.value ?? "")} aria-describedby=${about}
    placeholder=${field.input?.widget?.placeholder} onInput=${typed(app, field)} />`;
}

/** Help with texts is loaded when one begins to type. */
const loadHelp = async () => (await Promise.all([import("../widgets/area.js"), moreStyles()]))[0];

/** A long text, with the help that it has in the graph. @param {ControlProps} props */
function Long({ app, field, id, about }) {
  const host = useRef(/** @type {HTMLElement | null} */ (null));
  const help = useRef(
    /** @type {ReturnType<typeof import("../widgets/area.js").helpTyping> | null} */ (null),
  );
  useEffect(() => {
    const element = /** @type {HTMLElement} */ (host.current);
    const area = /** @type {HTMLTextAreaElement} */ (element.querySelector("textarea"));
    const stop = new AbortController();
    const begin = async () => {
      const { helpTyping } = await loadHelp();
      if (stop.signal.aborted || help.current) return;
      const take = () => writeExposed(app, field.exposed, area.value, { isTyping: true });
      help.current = helpTyping(element, area, controlFor(app, field), take);
      // it begins with the focus, which may have come before it
      if (document.activeElement === area) area.dispatchEvent(new FocusEvent("focus"));
    };
    for (const each of ["pointerenter", "focus"])
      area.addEventListener(each, begin, { once: true, signal: stop.signal });
    return () => {
      stop.abort();
      help.current?.destroy();
      help.current = null;
    };
  }, [field.nodeId, field.input?.name]);
  useEffect(() => help.current?.update(), [field.value]);
  return html`<div class="form-text" ref=${host}>
    <textarea class="field form-long" id=${id} rows="3" value=${String(field.value ?? "")}
      aria-describedby=${about} placeholder=${field.input?.widget?.placeholder} onInput=${typed(app, field)}></textarea>
  </div>`;
}

/** @param {App} app @param {FormField} field */
const typed = (app, field) => (/** @type {InputEvent} */ event) =>
  writeExposed(app, field.exposed, /** @type {HTMLInputElement} */ (event.currentTarget).value, {
    isTyping: true,
  });

/** @param {ControlProps} props */
function Switch({ app, field, id, about }) {
  const widget = field.input?.widget;
  const word = field.value ? widget?.label_on : widget?.label_off;
  return html`<label class="check-row"><input type="checkbox" role="switch" class="switch" id=${id} checked=${Boolean(field.value)}
    aria-describedby=${about}
    onChange=${(/** @type {Event} */ event) => writeExposed(app, field.exposed, /** @type {HTMLInputElement} */ (event.currentTarget).checked)} />
    <span class="field-label">${field.label}</span>${word && html`<span class="hint">${word}</span>`}</label>`;
}

const graphWidget = part(() => import("./graph-widget.js"));

/** What has no plain control has the widget of the graph. @param {ControlProps} props */
const FromGraph = (props) => html`<${Slot} load=${graphWidget} with=${{ ...props, Plain }} />`;
