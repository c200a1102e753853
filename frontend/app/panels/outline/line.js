// @ts-check
/** One line of the outline: a node with how it stands, an input with what it has, an output. */

import { html } from "htm/preact";
import { newSocketName, railName } from "../../gestures/socket-names.js";
import { t } from "../../i18n.js";
import { INLETS, isRail } from "../../model/subgraphs.js";
import { typeWord } from "../../model/types.js";
import { IconButton } from "../../ui/command-button.js";
import { icon } from "../../ui/icons.js";

/** @typedef {import("../../app.js").App} App */
/** @typedef {import("../../model/outline.js").Row} Row */

const LONGEST = 60;

/**
 * @param {{
 *   app: App, tab: import("../../state/tab.js").Tab, row: Row, id: string, height: number, isActive: boolean,
 *   onToggle: () => void, onPress: () => void, onMenu: (event: MouseEvent) => void,
 * }} props
 */
export function Line({ app, tab, row, id, height, isActive, onToggle, onPress, onMenu }) {
  const run = row.kind === "node" ? app.runs.ofKey(`${tab.id}/${row.key}`) : null;
  const isShown = tab.way.value.join(":") === row.way.join(":");
  const isSelected = row.kind === "node" && isShown && tab.selection.now.value.nodes.has(row.id);
  const problem = run ? (run.problems[0] ?? run.checks[0]) : undefined;
  const detail = detailOf(row);
  const state = run?.state && run.state !== "bad" ? run.details : "";
  const label = labelOf(row);
  const words = [label, detail, modeText(row), state, problem?.message].filter(Boolean).join(", ");
  const name = [
    "outline-line",
    `is-${row.kind}`,
    isActive && "is-active",
    problem && "is-bad",
    run?.state && `is-${run.state}`,
  ];
  return html`<div class=${name.filter(Boolean).join(" ")} role="treeitem" id=${id} aria-level=${row.depth}
    aria-setsize=${row.count} aria-posinset=${row.place} aria-expanded=${row.hasMore ? row.isOpen : undefined}
    aria-selected=${isSelected} aria-label=${kindText(row) + words} data-key=${row.key} data-tip=${problem?.message}
    style=${{ height: `${height}px`, "--depth": row.depth - 1 }} onClick=${onPress}
    onContextMenu=${(/** @type {MouseEvent} */ event) => {
      event.preventDefault();
      onMenu(event);
    }}>
    <span class="outline-open" aria-hidden="true" onClick=${(/** @type {MouseEvent} */ event) => {
      event.stopPropagation();
      if (row.hasMore) onToggle();
    }}>${row.hasMore && icon(row.isOpen ? "chevron-down" : "chevron-right")}</span>
    ${row.input && html`<span class=${`outline-dot type-${typeWord(row.input.type)}`}></span>`}
    <span class="outline-label">${label}</span>
    ${detail && html`<span class="outline-detail">${detail}</span>`}
    ${row.mode && row.mode !== "run" && html`<span class="outline-badge">${modeText(row)}</span>`}
    ${run?.badge && html`<span class="outline-badge">${run.badge}</span>`}
    ${problem && icon("error")}
    <${IconButton} name="more" label=${t("outline.more", { name: label })} tabindex="-1" onClick=${(
      /** @type {MouseEvent} */ event,
    ) => {
      event.stopPropagation();
      onMenu(event);
    }} />
  </div>`;
}

/** @param {Row} row */
const labelOf = ({ kind, label, id }) => (kind === "rail" ? railName(id) : label || newSocketName(id));

/** @param {Row} row */
const modeText = ({ mode }) => (mode && mode !== "run" ? t(`inspector.mode.${mode}`) : "");

/** @param {Row} row */
const kindText = ({ kind, id }) => (kind === "node" || isRail(id) ? "" : `${t(`link.${kind}`)} `);

/** @param {Row} row */
function detailOf({ kind, label, linked, fed, value, uses, input }) {
  if (!label) return "";
  const source = fed === undefined ? linked : `${railName(INLETS)}, ${fed}`;
  if (source) return t("outline.from", { name: source });
  if (kind === "output") return uses ? t("outline.uses", { count: uses }) : t("outline.unused");
  if (kind !== "input") return "";
  if (value === undefined || value === null) return input?.widget ? "" : t("outline.unlinked");
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
