// @ts-check
/** The workflow, or the subgraph that is entered: its words and its exposed inputs. */

import { html } from "htm/preact";
import { t } from "../../i18n.js";
import { pathIn } from "../../model/document.js";
import { icon } from "../../ui/icons.js";
import { graphNow } from "../../ui/now.js";
import { ExposedList } from "./exposed.js";
import { Section, Text } from "./parts.js";

/** @param {{ app: import("../../app.js").App, tab: import("../../state/tab.js").Tab }} props */
export function WorkflowPart({ app, tab }) {
  const graph = graphNow(tab);
  const { level } = tab;
  const set = (/** @type {"title" | "description"} */ word, /** @type {string} */ text) => {
    const path = pathIn(level, word);
    // a document has a title, be it empty
    const value = text || (word === "title" && !level ? "" : undefined);
    tab.store.commit(`edit.${word}`, [{ path, value }], path.join("."));
  };
  const count = graph.inputs?.length ?? 0;
  return html`<div class="inspector">
    <${Section}>
      <${Text} label=${t(level ? "inspector.subgraph-title" : "inspector.workflow-title")} value=${graph.title ?? ""}
        onText=${(/** @type {string} */ text) => set("title", text)} />
      <${Text} label=${t("inspector.description")} value=${String(graph.description ?? "")} isLong=${true}
        onText=${(/** @type {string} */ text) => set("description", text)} />
    <//>
    <${Section} title=${t(level ? "inspector.subgraph-inputs" : "inspector.exposed")}>
      ${count ? html`<${ExposedList} app=${app} tab=${tab} />` : html`<p class="hint">${t("inspector.none-exposed")}</p>`}
      ${
        !level &&
        count > 0 &&
        html`<button type="button" class="button" onClick=${() => (tab.face.value = "form")}>${icon("form")}${t("inspector.see-form")}</button>`
      }
    <//>
  </div>`;
}
