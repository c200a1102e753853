// @ts-check
/** The plain face of a workflow: what it asks for, a button to run it, what came of it. */

import { html } from "htm/preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { t } from "../i18n.js";
import { icon } from "../ui/icons.js";
import { isPhone } from "../ui/layout.js";
import { documentNow } from "../ui/now.js";
import { Field } from "./field.js";
import { formGroups, hasForm } from "./fields.js";
import { Following } from "./following.js";
import { FormHistory } from "./history.js";
import { Made, Result } from "./result.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../state/tab.js").Tab} Tab */

/** @param {{ app: App }} props */
export default function FormView({ app }) {
  const tab = app.workspace.active.value;
  return tab && html`<${Form} key=${tab.id} app=${app} tab=${tab} />`;
}

/** @param {{ app: App, tab: Tab }} props */
function Form({ app, tab }) {
  const following = useMemo(() => new Following(app, tab), []);
  const history = useMemo(() => new FormHistory(app, tab), []);
  useEffect(
    () => () => {
      following.stop();
      history.stop();
    },
    [],
  );
  const result = useRef(/** @type {HTMLElement | null} */ (null));
  const onSubmit = (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    app.commands.run(app, "run.queue");
    if (isPhone.peek()) result.current?.scrollIntoView({ behavior: "smooth", block: "start" });
  };
  return html`<div class="form-view">
    <form class="form-side" aria-label=${tab.title.value || t("form.untitled")} onSubmit=${onSubmit}>
      <div class="form-scroll">
        <${Head} tab=${tab} />
        ${hasForm(documentNow(tab)) ? html`<${Groups} app=${app} tab=${tab} />` : html`<${NoInputs} tab=${tab} />`}
      </div>
      <${RunButton} app=${app} following=${following} />
    </form>
    <div class="form-made" ref=${result}>
      <${Result} app=${app} following=${following} history=${history} />
      <${Made} app=${app} history=${history} />
    </div>
  </div>`;
}

/** @param {{ tab: Tab }} props */
function Head({ tab }) {
  const { description } = documentNow(tab);
  return html`<header class="form-head">
    <h1>${tab.title.value || t("form.untitled")}</h1>
    <button type="button" class="button" onClick=${() => (tab.face.value = "graph")}>${icon("graph")}${t("form.open-graph")}</button>
    ${description && html`<p>${description}</p>`}
  </header>`;
}

/** @param {{ app: App, tab: Tab }} props */
function Groups({ app, tab }) {
  const groups = formGroups(documentNow(tab), app.schema.value);
  return groups.map(
    (
      { title, fields },
      index,
    ) => html`<details key=${title} class="form-group" open=${!isPhone.peek() || index === 0}>
      <summary>${icon("chevron-right")}<h2>${title || t("form.rest")}</h2></summary>
      <div class="form-fields">
        ${fields.map((each) => html`<${Field} key=${each.exposed.name} app=${app} field=${each} />`)}
      </div>
    </details>`,
  );
}

/** @param {{ tab: Tab }} props */
const NoInputs = ({ tab }) => html`<div class="form-empty">
  <p>${t("form.no-inputs")}</p>
  <button type="button" class="button" onClick=${() => (tab.face.value = "graph")}>${icon("graph")}${t("form.open-graph")}</button>
</div>`;

/** @param {{ app: App, following: Following }} props */
function RunButton({ app, following }) {
  const isBusy = following.isBusy.value;
  const canStop = isBusy && app.commands.get("run.interrupt");
  return html`<div class="form-run">
    <button type="submit" class="button is-main is-large">${icon("run")}${t(isBusy ? "form.run-again" : "form.run")}</button>
    ${
      canStop &&
      html`<button type="button" class="button is-large" onClick=${() => app.commands.run(app, "run.interrupt")}>
        ${icon("stop")}${t("form.stop")}</button>`
    }
  </div>`;
}
