// @ts-check
/** One node: its title, what it is for, its mode, and every value with a switch that shows it in the form. */

import { html } from "htm/preact";
import { t } from "../../i18n.js";
import { pathIn } from "../../model/document.js";
import { exposedIndex } from "../../model/edits/exposed.js";
import { inputsOf, specOf } from "../../model/schema.js";
import { icon } from "../../ui/icons.js";
import { Mounted } from "../../ui/mounted-widget.js";
import { graphNow } from "../../ui/now.js";
import { paragraphs } from "../../ui/words.js";
import { widgetFor } from "../../widgets/registry.js";
import { Colors, Modes, Section, Text } from "./parts.js";

/** @typedef {import("../../app.js").App} App */
/** @typedef {import("../../state/tab.js").Tab} Tab */
/** @typedef {import("../../model/schema.js").Input} Input */

/** @param {{ app: App, tab: Tab, id: string }} props */
export function NodePart({ app, tab, id }) {
  const node = graphNow(tab).nodes[id];
  if (!node) return null;
  const spec = specOf(app.schema.value, tab.store.document, node);
  const setTitle = (/** @type {string} */ text) => {
    const path = pathIn(tab.level, "nodes", id, "title");
    tab.store.commit("edit.rename", [{ path, value: text || undefined }], path.join("."));
  };
  return html`<div class="inspector">
    <${Section}>
      <${Text} label=${t("inspector.title")} value=${node.title ?? ""} placeholder=${spec.title} onText=${setTitle} />
      <p class="inspector-type">${spec.title}${spec.pack && spec.pack !== "core" ? ` · ${spec.pack}` : ""}<code>${node.type} #${id}</code></p>
      ${spec.is_missing && html`<p class="inspector-missing">${icon("warning")}<span>${t("inspector.missing")}</span></p>`}
      ${spec.description && html`<${Help} text=${spec.description} />`}
    <//>
    <${Section} title=${t("inspector.mode")}><${Modes} tab=${tab} ids=${[id]} /><//>
    <${Section} title=${t("inspector.color")}><${Colors} tab=${tab} ids=${[id]} /><//>
    <${Values} app=${app} tab=${tab} id=${id} inputs=${inputsOf(spec, node)} />
  </div>`;
}

/** A description, paragraph by paragraph. @param {{ text: string }} props */
const Help = ({ text }) => html`<div class="inspector-help">${paragraphs(text)}</div>`;

/** @param {{ app: App, tab: Tab, id: string, inputs: readonly Input[] }} props */
function Values({ app, tab, id, inputs }) {
  // sockets alone can be exposed where a subgraph is made; a form has nothing to type them in with
  const shown = inputs.filter((each) => tab.level || each.widget);
  if (!shown.length) return null;
  return html`<${Section} title=${t("inspector.values")}>
    ${shown.map((each) => html`<${Value} key=${each.name} app=${app} tab=${tab} id=${id} input=${each} />`)}
  <//>`;
}

/** @param {{ app: App, tab: Tab, id: string, input: Input }} props */
function Value({ app, tab, id, input }) {
  const graph = graphNow(tab);
  const node = graph.nodes[id];
  if (!node) return null;
  const isExposed = exposedIndex(graph, id, input.name) >= 0;
  const label = input.label || input.name;
  const isLinked = node.links?.[input.name] !== undefined;
  const tip = t(isExposed ? "inspector.unexpose" : "inspector.expose");
  return html`<div class=${isExposed ? "inspector-value is-exposed" : "inspector-value"} data-input=${input.name}>
    <div class="inspector-control">
      ${
        input.widget && !isLinked && widgetFor(input)
          ? html`<${Mounted} key=${input.widget.kind} class=${input.widget.multiline ? "is-field" : ""} control=${app.controlOf(id, input)} />`
          : html`<p class="inspector-fixed"><span>${label}</span><span>${isLinked ? t("widget.linked") : input.type}</span></p>`
      }
    </div>
    <button type="button" class="icon-button" aria-pressed=${isExposed} aria-label=${t("inspector.expose-of", { label })} data-tip=${tip}
      onClick=${() => app.commands.run(app, "input.expose", { node: id, input: input.name })}>${icon("expose")}</button>
  </div>`;
}
