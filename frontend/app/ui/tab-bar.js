// @ts-check
/** The open documents, in the top bar. */

import { html } from "htm/preact";
import { useEffect, useRef } from "preact/hooks";
import { closeTab, titleOf } from "../files/closing.js";
import { openNew } from "../files/opening.js";
import { t } from "../i18n.js";
import { IconButton } from "./command-button.js";
import { icon } from "./icons.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../state/tab.js").Tab} Tab */

/** A pointer that has moved so far drags a tab. */
const DRAG_PX = 6;

/** @param {{ app: App }} props */
export default function TabBar({ app }) {
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const tabs = app.workspace.tabs.value;
  const active = app.workspace.active.value;
  useEffect(() => {
    list.current
      ?.querySelector('[aria-current="true"]')
      ?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [active, tabs.length]);
  const onWheel = (/** @type {WheelEvent} */ event) => {
    if (list.current && !event.deltaX) list.current.scrollLeft += event.deltaY;
  };
  return html`<div class="tab-bar">
    <div class="tab-list" role="toolbar" aria-label=${t("tabs.label")} ref=${list} onWheel=${onWheel}>
      ${tabs.map((each) => html`<${OneTab} key=${each.id} app=${app} tab=${each} isActive=${each === active} />`)}
    </div>
    <${IconButton} name="plus" label=${t("command.file.new")} onClick=${() => openNew(app)} />
    ${tabs.length > 1 && html`<${AllTabs} app=${app} />`}
  </div>`;
}

/** @param {{ app: App, tab: Tab, isActive: boolean }} props */
function OneTab({ app, tab, isActive }) {
  const title = titleOf(tab);
  const isChanged = tab.isChanged.value;
  const state = isChanged ? t("tabs.unsaved", { title }) : title;
  const show = () => app.workspace.show(tab.id);
  const onAuxClick = (/** @type {MouseEvent} */ event) => {
    if (event.button !== 1) return;
    event.preventDefault();
    closeTab(app, tab);
  };
  return html`<div class=${isActive ? "tab is-active" : "tab"} data-tab=${tab.id} data-changed=${isChanged}
    onPointerDown=${(/** @type {PointerEvent} */ event) => drag(app, tab, event)} onAuxClick=${onAuxClick}
    onMouseDown=${(/** @type {MouseEvent} */ event) => event.button === 1 && event.preventDefault()}>
    <button type="button" class="tab-title" aria-current=${isActive} tabindex=${isActive ? 0 : -1}
      aria-label=${state} title=${tab.name.value ?? title} onClick=${show} onDblClick=${() => rename(app)}
      onKeyDown=${(/** @type {KeyboardEvent} */ event) => onKey(app, tab, event)}>${title}</button>
    <button type="button" class="tab-close" tabindex="-1" aria-label=${t("tabs.close", { title })}
      onClick=${() => closeTab(app, tab)}>
      <span class="tab-mark" aria-hidden="true"></span>${icon("close")}
    </button>
  </div>`;
}

/** A menu of all tabs, for those that have no room. @param {{ app: App }} props */
function AllTabs({ app }) {
  const active = app.workspace.active.value;
  const onChange = (/** @type {Event} */ event) =>
    app.workspace.show(/** @type {HTMLSelectElement} */ (event.currentTarget).value);
  return html`<span class="tab-all icon-button" data-tip=${t("tabs.all")}>
    ${icon("chevron-down")}
    <select aria-label=${t("tabs.all")} value=${active?.id} onChange=${onChange}>
      ${app.workspace.tabs.value.map((each) => html`<option key=${each.id} value=${each.id}>${titleOf(each)}</option>`)}
    </select>
  </span>`;
}

/** @param {App} app */
const rename = (app) => app.commands.run(app, "file.rename");

/** @param {App} app @param {Tab} tab @param {KeyboardEvent} event */
function onKey(app, tab, event) {
  const { workspace } = app;
  const tabs = workspace.tabs.value;
  const place = tabs.indexOf(tab);
  const step = /** @type {Record<string, number>} */ ({ ArrowLeft: -1, ArrowRight: 1 })[event.key];
  if (step && event.altKey) workspace.move(tab.id, place + step);
  else if (step) workspace.show(tabs.at((place + step) % tabs.length)?.id ?? "");
  else if (event.key === "Home") workspace.show(tabs[0].id);
  else if (event.key === "End") workspace.show(tabs[tabs.length - 1].id);
  else if (event.key === "Delete") closeTab(app, tab);
  else if (event.key === "F2") rename(app);
  else return;
  event.preventDefault();
  event.stopPropagation();
  const list = /** @type {HTMLElement} */ (event.currentTarget).closest(".tab-list");
  requestAnimationFrame(() => {
    const shown = list?.querySelector('[aria-current="true"]');
    if (shown instanceof HTMLElement) shown.focus();
  });
}

/** Put a tab elsewhere while the pointer is over another one's place. @param {App} app @param {Tab} tab @param {PointerEvent} event */
function drag({ workspace }, tab, event) {
  if (event.button !== 0) return;
  const list = /** @type {HTMLElement} */ (event.currentTarget).parentElement;
  const stop = new AbortController();
  const { signal } = stop;
  let isDragged = false;
  const onMove = (/** @type {PointerEvent} */ moved) => {
    isDragged ||= Math.abs(moved.clientX - event.clientX) > DRAG_PX;
    if (!isDragged || !list) return;
    const boxes = [...list.children].map((each) => each.getBoundingClientRect());
    const place = boxes.filter((box) => box.left + box.width / 2 < moved.clientX).length;
    const from = workspace.tabs.value.indexOf(tab);
    workspace.move(tab.id, place > from ? place - 1 : place);
  };
  addEventListener("pointermove", onMove, { signal });
  addEventListener("pointerup", () => stop.abort(), { signal });
  addEventListener("pointercancel", () => stop.abort(), { signal });
}
