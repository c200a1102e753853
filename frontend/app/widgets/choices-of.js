// @ts-check
/** What a choice offers: as it was described, with pictures of models, and as it is now. */

import { encoded } from "../api/client.js";
import { t } from "../i18n.js";

/** @typedef {import("./registry.js").Control} Control */
/** @typedef {import("../ui/combobox.js").Item} Item */

const MOST_MODELS = 500;
/** Folders of files that are no models. */
const NO_MODELS = new Set(["", "input", "output", "temp"]);

/** @param {Control} control @returns {readonly any[]} */
export const choicesOf = (control) => control.input.widget?.choices ?? [];

/**
 * Return the choices for a list. A value that is not among them comes first.
 * @param {Control} control @param {readonly any[]} [choices] @param {ReadonlyMap<string, any>} [models]
 * @returns {Item[]}
 */
export function itemsOf(control, choices = choicesOf(control), models = new Map()) {
  const items = choices.map((value) => itemOf(control, value, models.get(value)));
  const kept = [control.get()]
    .flat()
    .filter((each) => each !== undefined && each !== "" && !choices.includes(each));
  return [
    ...kept.map((value) => ({ value, label: String(value), hint: t("widget.missing"), isMissing: true })),
    ...items,
  ];
}

/** @param {Control} control @param {any} value @param {any} model @returns {Item} */
function itemOf({ app, input }, value, model) {
  const item = { value, label: String(value) };
  if (!model) return item;
  const address = `models/${input.widget?.folder}/${encoded(value)}/preview`;
  return {
    ...item,
    hint: model.family === "unknown" ? "" : model.family,
    thumbnail: model.preview ? app.api.address(address) : undefined,
  };
}

/**
 * Return how newer choices are asked for, where there may be some.
 * @param {Control} control @returns {(() => Promise<Item[]>) | undefined}
 */
export function newChoices(control) {
  const { live, folder = "" } = control.input.widget ?? {};
  const hasModels = !NO_MODELS.has(folder);
  if (!live && !hasModels) return undefined;
  return async () => {
    const [choices, models] = await Promise.all([
      live ? askChoices(control) : choicesOf(control),
      hasModels ? askModels(control, folder) : new Map(),
    ]);
    return itemsOf(control, choices, models);
  };
}

/** @param {Control} control @returns {Promise<readonly any[]>} */
async function askChoices(control) {
  const { app, nodeId, input } = control;
  const type = app.tab.graph.nodes[nodeId]?.type;
  const spec = type && app.schema.peek().get(type);
  if (!spec) return choicesOf(control);
  try {
    const answer = await app.api.get(
      `nodes/${encodeURIComponent(type)}/choices/${encodeURIComponent(input.name)}`,
    );
    const widget = /** @type {import("../model/schema.js").Widget} */ (input.widget);
    widget.choices = answer.choices;
    return answer.choices;
  } catch {
    return choicesOf(control);
  }
}

/** @param {Control} control @param {string} folder @returns {Promise<Map<string, any>>} */
async function askModels({ app }, folder) {
  try {
    const { models } = await app.api.get(`models/${folder}`, { limit: MOST_MODELS });
    return new Map(models.map((/** @type {any} */ each) => [each.name, each]));
  } catch {
    return new Map();
  }
}
