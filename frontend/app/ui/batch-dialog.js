// @ts-check
/** Many runs at once: seeds, a grid of values, a table. Several of them make every combination. */

import { computed, signal } from "@preact/signals-core";
import { html } from "htm/preact";
import { useMemo } from "preact/hooks";
import { t } from "../i18n.js";
import { batchOf, choicesOf, isPicture, isSeed } from "../model/batches.js";
import { entryOf } from "../model/maps.js";
import { BatchFolder } from "./batch-folder.js";
import { IconButton } from "./command-button.js";
import { Window } from "./dialog.js";
import { icon } from "./icons.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../model/batches.js").Choice} Choice */
/** @typedef {import("../model/batches.js").Typed} Typed */
/** @typedef {import("../model/batches.js").GridRow} GridRow */

const MOST = 10_000;

class Form {
  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.choices = choicesOf(app.tab.store.document, app.schema.peek(), t("batch.exposed"));
    const seeds = this.choices.filter(isSeed);
    this.seeds = seeds;
    this.typed = signal(
      /** @type {Typed} */ ({
        hasSeeds: seeds.length > 0,
        count: 4,
        start: "",
        seed: seeds[0]?.name ?? "",
        grid: [{ input: this.choices.find((each) => !isSeed(each))?.name ?? "", text: "" }],
        table: "",
        folder: "",
        folderInput: this.choices.find(isPicture)?.name ?? "",
        folderCount: 0,
      }),
    );
    this.made = computed(() => batchOf(this.typed.value, this.choices));
    this.problem = signal("");
    this.isAsking = signal(false);
  }

  /** @param {Partial<Typed>} news */
  set(news) {
    this.typed.value = { ...this.typed.peek(), ...news };
    this.problem.value = "";
  }

  /** @param {number} index @param {Partial<GridRow>} news */
  setRow(index, news) {
    const { grid } = this.typed.peek();
    this.set({ grid: grid.with(index, { ...grid[index], ...news }) });
  }

  /** @param {() => void} close */
  async run(close) {
    this.isAsking.value = true;
    try {
      await this.app.running.submit({ batch: this.made.peek().batch, isStrict: true });
      close();
      this.app.panels.show("queue");
    } catch (problem) {
      this.problem.value = problem instanceof Error ? problem.message : String(problem);
    }
    this.isAsking.value = false;
  }
}

/** @param {Event} event */
const typedIn = (event) => /** @type {HTMLInputElement} */ (event.currentTarget).value;

/** @param {{ app: App, close: () => void }} props */
export default function BatchDialog({ app, close }) {
  const form = useMemo(() => new Form(app), []);
  const { count } = form.made.value;
  const onSubmit = (/** @type {Event} */ event) => {
    event.preventDefault();
    form.run(close);
  };
  return html`<${Window} title=${t("batch.title")} close=${close}>
    <form class="dialog-form batch" onSubmit=${onSubmit}>
      ${form.seeds.length > 0 && html`<${Seeds} form=${form} />`}
      <${Grid} form=${form} />
      ${form.choices.some(isPicture) && html`<${Pictures} form=${form} />`}
      <${Table} form=${form} />
      ${form.problem.value && html`<p class="batch-problem" role="alert">${form.problem.value}</p>`}
      <div class="dialog-actions">
        <span class="batch-count" role="status">${count > MOST ? t("batch.too-many", { most: MOST }) : count ? t("batch.count", { count }) : t("batch.nothing")}</span>
        <button type="button" class="button" onClick=${close}>${t("dialog.cancel")}</button>
        <button type="submit" class="button is-main" disabled=${!count || count > MOST || form.isAsking.value}>${icon("run")}${t("run.run")}</button>
      </div>
    </form>
  <//>`;
}

/** @param {{ form: Form }} props */
function Seeds({ form }) {
  const { hasSeeds, count, start, seed } = form.typed.value;
  return html`<fieldset class="batch-part">
    <legend><label class="check-row"><input type="checkbox" checked=${hasSeeds}
      onChange=${(/** @type {Event} */ event) => form.set({ hasSeeds: /** @type {HTMLInputElement} */ (event.currentTarget).checked })} />${t("batch.seeds")}</label></legend>
    ${
      hasSeeds &&
      html`<div class="batch-row">
        <label>${t("batch.how-many")}<input class="field" type="number" min="1" max=${MOST} value=${count}
          onInput=${(/** @type {Event} */ event) => form.set({ count: Math.max(1, Math.round(Number(typedIn(event))) || 1) })} /></label>
        <label>${t("batch.first")}<input class="field" inputmode="numeric" pattern="[0-9]*" placeholder=${t("batch.random")} value=${start}
          onInput=${(/** @type {Event} */ event) => form.set({ start: typedIn(event) })} /></label>
        <label>${t("batch.input")}<${InputChoice} choices=${form.seeds} value=${seed} onPick=${(/** @type {string} */ name) => form.set({ seed: name })} /></label>
      </div>`
    }
  </fieldset>`;
}

/** @param {{ form: Form }} props */
function Grid({ form }) {
  const { grid } = form.typed.value;
  const last = form.choices.at(-1)?.name ?? "";
  return html`<fieldset class="batch-part">
    <legend>${t("batch.grid")}</legend>
    <p class="hint">${t("batch.grid-hint")}</p>
    ${grid.map(
      (row, index) => html`<div key=${index} class="batch-row is-grid">
        <${InputChoice} label=${t("batch.input")} choices=${form.choices} value=${row.input} onPick=${(/** @type {string} */ input) => form.setRow(index, { input })} />
        <textarea class="field" rows="1" aria-label=${t("batch.values")} placeholder=${t("batch.values-example")} value=${row.text}
          onInput=${(/** @type {Event} */ event) => form.setRow(index, { text: typedIn(event) })}></textarea>
        <${IconButton} name="close" label=${t("batch.remove")} onClick=${() => form.set({ grid: grid.toSpliced(index, 1) })} />
      </div>`,
    )}
    <button type="button" class="button is-quiet batch-add" onClick=${() => form.set({ grid: [...grid, { input: last, text: "" }] })}>${icon("plus")}${t("batch.add")}</button>
  </fieldset>`;
}

/** @param {{ form: Form }} props */
function Pictures({ form }) {
  const set = (/** @type {Partial<Typed>} */ news) => form.set(news);
  const input = html`<${InputChoice} label=${t("batch.input")} choices=${form.choices.filter(isPicture)}
    value=${form.typed.value.folderInput} onPick=${(/** @type {string} */ folderInput) => set({ folderInput })} />`;
  return html`<${BatchFolder} app=${form.app} typed=${form.typed.value} set=${set} input=${input} />`;
}

/** @param {{ form: Form }} props */
function Table({ form }) {
  const read = async (/** @type {Event} */ event) => {
    const [file] = /** @type {HTMLInputElement} */ (event.currentTarget).files ?? [];
    if (file) form.set({ table: await file.text() });
  };
  return html`<details class="batch-part" open=${Boolean(form.typed.value.table)}>
    <summary>${t("batch.table")}</summary>
    <p class="hint">${t("batch.table-hint")}</p>
    <textarea class="field batch-table" rows="4" spellcheck="false" aria-label=${t("batch.table")} placeholder=${"prompt,steps\na cat,8\na dog,12"}
      value=${form.typed.value.table} onInput=${(/** @type {Event} */ event) => form.set({ table: typedIn(event) })}></textarea>
    <label class="button batch-file">${icon("upload")}${t("batch.file")}<input type="file" class="visually-hidden" accept=".csv,text/csv" onChange=${read} /></label>
  </details>`;
}

/** @param {{ choices: readonly Choice[], value: string, onPick: (name: string) => void, label?: string }} props */
function InputChoice({ choices, value, onPick, label }) {
  const groups = /** @type {Map<string, Choice[]>} */ (new Map());
  for (const each of choices) entryOf(groups, each.group, () => []).push(each);
  return html`<select class="field" aria-label=${label} value=${value} onChange=${(/** @type {Event} */ event) => onPick(typedIn(event))}>
    ${[...groups].map(
      ([group, all]) => html`<optgroup key=${group} label=${group}>
        ${all.map((each) => html`<option key=${each.name} value=${each.name} selected=${each.name === value}>${each.label}</option>`)}
      </optgroup>`,
    )}
  </select>`;
}
