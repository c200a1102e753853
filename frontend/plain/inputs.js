// @ts-check
// The controls of a workflow's inputs. Each is made from the JSON Schema of its input.
"use strict";

// Letters that have room in half of the form.
const LONG = 18;

/**
 * One input of the form; `value` returns undefined where nothing is given.
 * @typedef {{element: HTMLElement, value: () => unknown}} Field
 */

/**
 * @param {string} tag @param {Record<string, any>} [properties] @param {(Node | string)[]} children
 * @returns {any}
 */
function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** @param {string} name @param {any} schema @returns {Field} */
function fieldOf(name, schema) {
  const { control, value, isWide, beside } = controlOf(schema);
  const title = make("span", { className: "title" }, schema.title || name);
  const isCheck = control.type === "checkbox";
  const label = make("label", {}, ...(isCheck ? [control, title] : [title, control]));
  if (beside) label.append(beside);
  const className = isWide ? "field wide" : "field";
  return { element: make("div", { className, title: schema.description || "" }, label), value };
}

/** @param {any} schema @returns {{control: any, value: () => unknown, isWide?: boolean, beside?: Node}} */
function controlOf(schema) {
  if (schema.examples) return pictureControl(schema);
  if (schema.enum) return choiceControl(schema.enum, schema.default);
  if (schema.type === "array") return severalControl(schema.items.enum, schema.default || []);
  if (schema.type === "boolean") {
    const control = make("input", { type: "checkbox", checked: schema.default === true });
    return { control, value: () => control.checked };
  }
  if (Array.isArray(schema.type)) return seedControl(schema);
  if (schema.type === "integer" || schema.type === "number") return numberControl(schema);
  const control = make("textarea", { rows: 2, value: asText(schema.default) });
  if (schema.type === "string") return { control, value: () => control.value, isWide: true };
  return { control, value: () => parsed(control.value), isWide: true };
}

/** @param {unknown} value */
function asText(value) {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Read what is JSON, and take anything else as text. @param {string} text @returns {unknown} */
function parsed(text) {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** @param {any} schema */
function numberControl(schema) {
  const control = make("input", { type: "number", value: asText(schema.default), step: "any", required: true });
  if (schema.type === "integer") control.step = "1";
  if (schema.minimum !== undefined) control.min = schema.minimum;
  if (schema.maximum !== undefined) control.max = schema.maximum;
  return { control, value: () => Number(control.value) };
}

/** A whole number that may be greater than a JavaScript number can be, such as a seed. @param {any} schema */
function seedControl(schema) {
  const control = make("input", { inputMode: "numeric", pattern: "-?[0-9]+", required: true });
  control.value = asText(schema.default);
  const another = make("button", { type: "button", className: "small" }, "Random");
  another.onclick = () => (control.value = String(Math.floor(Math.random() * 2 ** 48)));
  return { control, value: () => control.value, beside: another };
}

/** @param {any[]} choices @param {unknown} chosen */
function choiceControl(choices, chosen) {
  const isKnown = choices.includes(chosen);
  const all = isKnown || chosen === undefined ? choices : [chosen, ...choices];
  const options = all.map((each) => new Option(asText(each), "", each === chosen, each === chosen));
  const control = make("select", {}, ...options);
  return { control, value: () => all[control.selectedIndex], isWide: all.some((each) => asText(each).length > LONG) };
}

/** @param {any[]} choices @param {unknown[]} chosen */
function severalControl(choices, chosen) {
  const options = choices.map((each) => new Option(asText(each), "", false, chosen.includes(each)));
  const control = make("select", { multiple: true }, ...options);
  const value = () => choices.filter((_, index) => options[index].selected);
  return { control, value, isWide: true };
}

/** The name of a file in the input folder, or one that is sent there. @param {any} schema */
function pictureControl(schema) {
  const names = [...new Set([schema.default, ...schema.examples])].filter((each) => typeof each === "string");
  const control = make("select", {}, ...names.map((each) => new Option(each)));
  const shown = make("img", { className: "chosen", alt: "" });
  const show = () => (shown.src = `${API}/files/input/${escaped(control.value)}?thumbnail=256`);
  shown.onerror = () => (shown.hidden = true);
  shown.onload = () => (shown.hidden = false);
  const sent = make("input", { type: "file", className: "sent" });
  sent.setAttribute("aria-label", "Another file");
  sent.onchange = saying(async () => {
    const [file] = sent.files;
    if (!file) return;
    const path = `files?name=${encodeURIComponent(file.name)}`;
    const { name } = await ask(path, { method: "POST", body: file });
    control.append(new Option(name, name, true, true));
    show();
  });
  control.onchange = show;
  if (names.length) show();
  return { control, value: () => control.value, isWide: true, beside: make("div", {}, sent, shown) };
}
