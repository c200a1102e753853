// @ts-check
/**
 * The graph as a tree, for screen readers, keys and small screens: what the canvas can do can be done
 * here. Only the lines that are seen are in the page.
 */

import { html } from "htm/preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { t } from "../i18n.js";
import { outlineRows } from "../model/outline.js";
import { isRail } from "../model/subgraphs.js";
import { icon } from "../ui/icons.js";
import { documentNow } from "../ui/now.js";
import { actOn, connectRow, deleteRow, goTo, openMenu, renameRow, selectRow } from "./outline/actions.js";
import { Line } from "./outline/line.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../model/outline.js").Row} Row */

/** Lines beyond the visible ones on either side. */
const SPARE = 12;

/** @param {{ app: App }} props */
export default function Outline({ app }) {
  const tab = app.workspace.active.value;
  return tab && html`<${Tree} key=${tab.id} app=${app} tab=${tab} />`;
}

/** @param {{ app: App, tab: import("../state/tab.js").Tab }} props */
function Tree({ app, tab }) {
  const [open, setOpen] = useState(/** @type {ReadonlySet<string>} */ (new Set()));
  const [active, setActive] = useState("");
  const [filter, setFilter] = useState("");
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const height = useMemo(() => (matchMedia("(pointer: coarse)").matches ? 44 : 28), []);
  const seen = useSeen(list, height);
  const document = documentNow(tab);
  const rows = useMemo(
    () => outlineRows(document, app.schema.value, open, filter),
    [document, app.schema.value, open, filter],
  );
  const at = Math.max(
    0,
    rows.findIndex((each) => each.key === active),
  );
  const toggle = (/** @type {Row} */ row, /** @type {boolean} */ isOpen = !row.isOpen) =>
    setOpen(isOpen ? new Set([...open, row.key]) : new Set([...open].filter((each) => each !== row.key)));
  const move = (/** @type {number} */ place) => {
    const next = Math.max(0, Math.min(rows.length - 1, place));
    setActive(rows[next]?.key ?? "");
    show(list.current, next, height);
  };
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    const row = rows[at];
    if (!row || !press(app, event, row, { rows, at, move, toggle })) return;
    event.preventDefault();
    event.stopPropagation();
  };
  const first = Math.max(0, Math.min(seen.first - SPARE, rows.length - 1));
  const shown = rows.slice(first, seen.last + SPARE);
  return html`<div class="outline">
    <input class="field outline-filter" type="search" placeholder=${t("outline.filter")} aria-label=${t("outline.filter")}
      value=${filter} onInput=${(/** @type {InputEvent} */ event) => setFilter(/** @type {HTMLInputElement} */ (event.currentTarget).value)} />
    ${!rows.length && html`<p class="hint outline-empty">${t(filter ? "outline.none-found" : "outline.empty")}</p>`}
    <div class="outline-tree" role="tree" tabindex="0" ref=${list} onKeyDown=${onKey}
      aria-label=${t("panel.outline")} aria-description=${t("outline.keys")} aria-multiselectable="true"
      aria-activedescendant=${rows[at] ? idOf(at) : undefined}>
      <div role="presentation" style=${{ height: `${first * height}px` }}></div>
      ${shown.map(
        (
          row,
          index,
        ) => html`<${Line} key=${row.key} app=${app} tab=${tab} row=${row} id=${idOf(first + index)} height=${height}
          isActive=${first + index === at} onToggle=${() => toggle(row)}
          onPress=${() => {
            setActive(row.key);
            actOn(app, row);
          }}
          onMenu=${(/** @type {MouseEvent} */ event) => {
            setActive(row.key);
            openMenu(app, row, event);
          }} />`,
      )}
      <div role="presentation" style=${{ height: `${Math.max(0, rows.length - first - shown.length) * height}px` }}></div>
    </div>
    <div class="outline-actions" role="toolbar" aria-label=${t("outline.actions")}>
      ${ACTIONS.map(
        ({
          id,
          picture,
          run,
          isForRails,
        }) => html`<button key=${id} type="button" class="icon-button" disabled=${!rows[at] || (isRail(rows[at].id) && !isForRails)}
          aria-label=${t(`outline.${id}`)} data-tip=${t(`outline.${id}`)} onClick=${() => run(app, rows[at])}>${icon(picture)}</button>`,
      )}
    </div>
  </div>`;
}

/** @type {readonly { id: string, picture: string, isForRails?: boolean, run: (app: App, row: Row) => unknown }[]} */
const ACTIONS = [
  { id: "go", picture: "fit", isForRails: true, run: goTo },
  { id: "connect", picture: "link", isForRails: true, run: connectRow },
  { id: "rename", picture: "edit", run: renameRow },
  {
    id: "run",
    picture: "run",
    run: (app, row) => {
      selectRow(app, row);
      app.commands.run(app, "run.to-here");
    },
  },
  { id: "delete", picture: "trash", isForRails: true, run: deleteRow },
];

/** @param {number} place */
const idOf = (place) => `outline-${place}`;

/** Bring a line into view. @param {HTMLElement | null} list @param {number} place @param {number} height */
function show(list, place, height) {
  if (!list) return;
  const top = place * height;
  if (top < list.scrollTop) list.scrollTop = top;
  else if (top + height > list.scrollTop + list.clientHeight)
    list.scrollTop = top + height - list.clientHeight;
}

/** Follow which lines are seen. @param {{ current: HTMLElement | null }} list @param {number} height */
function useSeen(list, height) {
  const [seen, setSeen] = useState({ first: 0, last: 40 });
  useEffect(() => {
    const element = /** @type {HTMLElement} */ (list.current);
    const look = () => {
      const first = Math.floor(element.scrollTop / height);
      const last = first + Math.ceil(element.clientHeight / height);
      setSeen((old) => (old.first === first && old.last === last ? old : { first, last }));
    };
    const observer = new ResizeObserver(look);
    observer.observe(element);
    element.addEventListener("scroll", look, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", look);
    };
  }, []);
  return seen;
}

/**
 * @param {App} app @param {KeyboardEvent} event @param {Row} row
 * @param {{ rows: readonly Row[], at: number, move: (place: number) => void, toggle: (row: Row, isOpen?: boolean) => void }} tree
 * @returns {boolean} whether the key meant something
 */
function press(app, event, row, tree) {
  const { rows, at, move, toggle } = tree;
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const parent = rows.findLastIndex((each, index) => index < at && each.depth < row.depth);
  /** @type {Record<string, () => void>} */
  const actions = {
    ArrowDown: () => move(at + 1),
    ArrowUp: () => move(at - 1),
    PageDown: () => move(at + 10),
    PageUp: () => move(at - 10),
    Home: () => move(0),
    End: () => move(rows.length - 1),
    ArrowRight: () => (row.hasMore && !row.isOpen ? toggle(row, true) : move(at + 1)),
    ArrowLeft: () => (row.isOpen ? toggle(row, false) : move(Math.max(0, parent))),
    Enter: () => actOn(app, row),
    " ": () => selectRow(app, row, true),
    F2: () => renameRow(app, row),
    Delete: () => deleteRow(app, row),
    c: () => connectRow(app, row),
    ContextMenu: () => openMenu(app, row, event),
    F10: () => openMenu(app, row, event),
  };
  const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  action?.();
  return Boolean(action);
}
