// @ts-check
/** What the instances of a subgraph show: its title, inputs and outputs, their names and order. */

import { html } from "htm/preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../i18n.js";
import { describeExposed, expose, exposedIndex, moveExposed, unexpose } from "../model/edits/exposed.js";
import {
  exposedOutputIndex,
  labelOutput,
  moveOutput,
  removeExposed,
  toggleOutput,
} from "../model/edits/exposed-outputs.js";
import { inputsOf, specOf } from "../model/schema.js";
import { IconButton } from "./command-button.js";
import { documentNow } from "./now.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../state/tab.js").Tab} Tab */
/** @typedef {import("../model/document.js").Graph} Graph */
/** @typedef {{ app: App, tab: Tab, id: string, graph: Graph }} Shared */

/** @param {{ overlay: import("./overlays.js").Overlay, app: App, close: () => void }} props */
export default function SubgraphDialog({ overlay, app, close }) {
  const tab = app.tab;
  const { id } = overlay.given;
  const graph = documentNow(tab).subgraphs?.[id];
  const title = useRef(/** @type {HTMLInputElement | null} */ (null));
  useEffect(() => title.current?.select(), []);
  useEffect(() => {
    if (!graph) close();
  }, [!graph]);
  if (!graph) return null;
  const shared = { app, tab, id, graph };
  const rename = (/** @type {InputEvent} */ event) => {
    const value = /** @type {HTMLInputElement} */ (event.currentTarget).value;
    tab.store.commit("edit.title", [{ path: ["subgraphs", id, "title"], value }], `subgraph.title.${id}`);
  };
  return html`<section class="subgraph-dialog" role="dialog" aria-label=${t("command.subgraph.choose")}>
    <header class="subgraph-dialog-header">
      <label class="subgraph-title"><span class="field-label">${t("inspector.subgraph-title")}</span>
        <input class="field" ref=${title} value=${graph.title ?? ""} onInput=${rename} /></label>
      <${IconButton} name="close" label=${t("dialog.close")} onClick=${close} />
    </header>
    <div class="subgraph-dialog-body">
      <${Inputs} ...${shared} />
      <${Outputs} ...${shared} />
      <${More} ...${shared} />
    </div>
  </section>`;
}

/** @param {Shared} props */
function Inputs({ tab, id, graph }) {
  const inputs = graph.inputs ?? [];
  const { store } = tab;
  return html`<fieldset><legend>${t("subgraph.inputs")}</legend>
    ${!inputs.length && html`<p class="hint">${t("subgraph.none")}</p>`}
    ${inputs.map(
      (each, index) => html`<${Row} key=${each.name} of=${each} index=${index} count=${inputs.length}
        onText=${(/** @type {string} */ text) =>
          store.commit(
            "edit.exposed",
            describeExposed(id, graph, index, "label", text),
            `exposed.${id}.${each.name}`,
          )}
        onMove=${(/** @type {number} */ to) => store.commit("edit.order", moveExposed(id, graph, index, to))}
        onRemove=${() => store.commit("edit.unexpose", removeExposed(store.document, id, each.name))} />`,
    )}
  </fieldset>`;
}

/** @param {Shared} props */
function Outputs({ app, tab, id, graph }) {
  const outputs = graph.outputs ?? [];
  const { store } = tab;
  return html`<fieldset><legend>${t("subgraph.outputs")}</legend>
    ${!outputs.length && html`<p class="hint">${t("subgraph.none")}</p>`}
    ${outputs.map(
      (each, index) => html`<${Row} key=${each.name} of=${each} index=${index} count=${outputs.length}
        onText=${(/** @type {string} */ text) =>
          store.commit("edit.exposed", labelOutput(id, graph, index, text), `exposed.${id}.out.${each.name}`)}
        onMove=${(/** @type {number} */ to) => store.commit("edit.order", moveOutput(store.document, id, index, to))}
        onRemove=${() => store.commit("edit.unexpose", toggleOutput(store.document, id, ...each.source, ""))} />`,
    )}
    <${Unexposed} app=${app} tab=${tab} id=${id} graph=${graph} />
  </fieldset>`;
}

/** Outputs that are not seen outside and that nothing inside uses: the likely ones. @param {Shared} props */
function Unexposed({ app, tab, id, graph }) {
  const used = new Set(
    Object.values(graph.nodes).flatMap((node) =>
      Object.values(node.links ?? {}).map(([from, index]) => `${from} ${index}`),
    ),
  );
  const { document } = tab.store;
  const free = Object.entries(graph.nodes).flatMap(([nodeId, node]) => {
    const spec = specOf(app.schema.value, document, node);
    return (spec.outputs ?? []).flatMap((output, index) =>
      used.has(`${nodeId} ${index}`) || exposedOutputIndex(graph, nodeId, index) >= 0
        ? []
        : [{ nodeId, index, name: output.name, title: node.title || spec.title }],
    );
  });
  return free.map(
    ({ nodeId, index, name, title }) => html`<label key=${`${nodeId} ${index}`} class="check-row">
      <input type="checkbox" onChange=${() =>
        tab.store.commit("edit.expose", toggleOutput(document, id, nodeId, index, name))} />
      <span>${title}: ${name}</span></label>`,
  );
}

/**
 * One whose label is taken away is called as it is inside, and that is no text to type on.
 * @param {{ of: { name: string, label?: string }, index: number, count: number, onText: (text: string) => void, onMove: (to: number) => void, onRemove: () => void }} props
 */
function Row({ of: { name, label: own = "" }, index, count, onText, onMove, onRemove }) {
  const label = own || name;
  return html`<div class="subgraph-row">
    <input class="field" value=${own} placeholder=${name} aria-label=${t("subgraph.name-of", { label })}
      onInput=${(/** @type {InputEvent} */ event) => onText(/** @type {HTMLInputElement} */ (event.currentTarget).value)} />
    <${IconButton} name="chevron-up" label=${t("subgraph.up", { label })} disabled=${index === 0} onClick=${() => onMove(index - 1)} />
    <${IconButton} name="chevron-down" label=${t("subgraph.down", { label })} disabled=${index === count - 1} onClick=${() => onMove(index + 1)} />
    <${IconButton} name="close" label=${t("subgraph.hide", { label })} onClick=${onRemove} />
  </div>`;
}

/** Every input inside that is not linked, node by node. @param {Shared} props */
function More({ app, tab, id, graph }) {
  const { document } = tab.store;
  const top = (/** @type {import("../model/document.js").Node} */ node) => node.place?.[1] ?? 0;
  return Object.entries(graph.nodes)
    .sort(([, a], [, b]) => top(a) - top(b))
    .map(([nodeId, node]) => {
      const spec = specOf(app.schema.value, document, node);
      const inputs = inputsOf(spec, node).filter((each) => !node.links?.[each.name]);
      if (!inputs.length) return null;
      return html`<fieldset key=${nodeId}><legend>${node.title || spec.title}</legend>
        ${inputs.map((each) => {
          const isShown = exposedIndex(graph, nodeId, each.name) >= 0;
          const label = each.label || each.name;
          const toggle = () =>
            tab.store.commit(
              isShown ? "edit.unexpose" : "edit.expose",
              isShown
                ? unexpose(document, id, nodeId, each.name)
                : expose(id, graph, nodeId, each.name, { label }),
            );
          return html`<label key=${each.name} class="check-row"><input type="checkbox" checked=${isShown} onChange=${toggle} />
            <span>${label}</span><span class="subgraph-type">${each.type}</span></label>`;
        })}
      </fieldset>`;
    });
}
