// @ts-check
/** A context menu, with menus inside it. Made of the commands; used by pointer and by keys. */

import { html } from "htm/preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { t } from "../i18n.js";
import { keyText } from "./command-button.js";
import { icon } from "./icons.js";
import { itemsOn, typeItems } from "./menu-items.js";
import { stepIn } from "./menu-keys.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("./menu-items.js").Item} Item */

/** The pointer may cut a corner on its way into a menu. */
const REST_MS = 120;

/** @param {{ overlay: import("./overlays.js").Overlay, app: App, close: () => void }} props */
export default function Menu({ overlay, app, close }) {
  return html`<${Opened} key=${overlay} app=${app} given=${overlay.given} close=${close} />`;
}

/** @param {{ app: App, given: any, close: () => void }} props */
function Opened({ app, given, close }) {
  const items = useMemo(
    () => (given.types ? typeItems(app, given.types.at, given.types.from) : itemsOn(app, given)),
    [],
  );
  useEffect(() => {
    if (!items.length) close();
  }, []);
  const pick = (/** @type {Item} */ item) => {
    close();
    item.run?.();
  };
  return html`<${List} items=${items} label=${t("menu.label")} pick=${pick} leave=${close} isFocused=${true} />`;
}

/**
 * @param {{ items: readonly Item[], label: string, pick: (item: Item) => void, leave: () => void, isFocused: boolean, isInner?: boolean }} props
 *   leave: back to the menu that it is in
 */
function List({ items, label, pick, leave, isFocused, isInner }) {
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const { open, setOpen, rested } = useOpenMenu();
  // one that the pointer has opened already gets the focus when a key asks for it
  useLayoutEffect(() => {
    if (isFocused) rows(list.current)[0]?.focus({ preventScroll: true });
  }, [isFocused]);
  useLayoutEffect(() => {
    if (isInner && list.current) keepInside(list.current);
  }, []);
  const choose = (/** @type {Item} */ item) =>
    item.items ? setOpen({ id: item.id, isFocused: true }) : pick(item);
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    const moved = stepIn(event, rows(list.current));
    const item = items.find((each) => each.id === /** @type {HTMLElement} */ (event.target).dataset.item);
    if (event.key === "ArrowRight" && item?.items) choose(item);
    else if (event.key === "ArrowLeft" && isInner) leave();
    else if (!moved) return;
    event.preventDefault();
    event.stopPropagation();
  };
  const back = (/** @type {string} */ id) => {
    setOpen({ id: "", isFocused: false });
    rows(list.current)
      .find((each) => each.dataset.item === id)
      ?.focus();
  };
  return html`<div class=${isInner ? "menu is-inner" : "menu"} role="menu" aria-label=${label} ref=${list} onKeyDown=${onKey}>
    ${items.map((item, index) => {
      const isOpen = open.id === item.id;
      return html`<div key=${item.id} class=${index && items[index - 1].group !== item.group ? "menu-place is-apart" : "menu-place"} role="none">
        <${Row} item=${item} isOpen=${isOpen} choose=${choose} rested=${rested} />
        ${
          isOpen &&
          item.items &&
          html`<${List} items=${item.items} label=${item.title} pick=${pick} leave=${() => back(item.id)}
            isFocused=${open.isFocused} isInner=${true} />`
        }
      </div>`;
    })}
  </div>`;
}

/** Which inner menu is open: the one that the pointer rests on, or that was chosen. */
function useOpenMenu() {
  const rest = useRef(0);
  const [open, setOpen] = useState({ id: "", isFocused: false });
  useEffect(() => () => clearTimeout(rest.current), []);
  const rested = (/** @type {Item} */ item) => {
    clearTimeout(rest.current);
    const id = item.items ? item.id : "";
    if (id !== open.id) rest.current = window.setTimeout(() => setOpen({ id, isFocused: false }), REST_MS);
  };
  return { open, setOpen, rested };
}

/** @param {{ item: Item, isOpen: boolean, choose: (item: Item) => void, rested: (item: Item) => void }} props */
function Row({ item, isOpen, choose, rested }) {
  const { id, title, keys, isOn, items, tip } = item;
  const onEnter = (/** @type {PointerEvent} */ event) => {
    /** @type {HTMLElement} */ (event.currentTarget).focus({ preventScroll: true });
    rested(item);
  };
  return html`<button type="button" tabindex="-1" class="menu-item" data-item=${id} data-tip=${tip}
    role=${isOn === undefined ? "menuitem" : "menuitemcheckbox"} aria-checked=${isOn}
    aria-haspopup=${items && "menu"} aria-expanded=${items && isOpen}
    onClick=${() => choose(item)} onPointerEnter=${onEnter}>
    <span class="menu-check">${isOn && icon("check")}</span>
    <span class="menu-title">${title}</span>
    ${keys && html`<kbd>${keyText(keys)}</kbd>`}
    ${items && icon("chevron-right")}
  </button>`;
}

/** @param {HTMLElement | null} list @returns {HTMLElement[]} its own rows, not those of menus in it */
const rows = (list) =>
  list
    ? [...list.querySelectorAll(":scope > .menu-place > button")].map(
        (each) => /** @type {HTMLElement} */ (each),
      )
    : [];

const EDGE = 8;

/** Put an inner menu where there is room for it. @param {HTMLElement} list */
function keepInside(list) {
  const { right, width, bottom } = list.getBoundingClientRect();
  const parent = list.parentElement?.parentElement?.getBoundingClientRect();
  list.classList.toggle("is-left", right > innerWidth - EDGE && (parent?.left ?? 0) > width);
  if (bottom > innerHeight - EDGE) list.style.marginTop = `${innerHeight - EDGE - bottom}px`;
}
