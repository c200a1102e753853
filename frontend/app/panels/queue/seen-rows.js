// @ts-check
/** Which rows of a long list are seen: those alone are in the page. All have the same height. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** Rows beyond what is seen. */
const MORE = 4;
/** Until a row has been measured. */
const ROW_PX = 48;

/**
 * @param {number} count @param {number} known  rows that can be drawn by now @returns {{
 *   list: { current: any }, from: number, to: number, style: Record<string, string>, reveal: (index: number) => void,
 * }}  list: the ref of the element with the rows; reveal: scrolls a row into sight
 */
export function useSeenRows(count, known) {
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const [seen, setSeen] = useState({ from: 0, to: 2 * MORE, height: ROW_PX });
  useLayoutEffect(() => {
    const element = /** @type {HTMLElement} */ (list.current);
    const scroller = /** @type {HTMLElement} */ (element.closest(".panel-body"));
    const look = () => setSeen((before) => sameOr(before, seenOf(element, scroller, before.height)));
    // whatever comes or goes above moves the list
    const observer = new ResizeObserver(look);
    for (const each of [scroller, scroller.firstElementChild]) if (each) observer.observe(each);
    scroller.addEventListener("scroll", look, { passive: true });
    look();
    return () => {
      observer.disconnect();
      scroller.removeEventListener("scroll", look);
    };
  }, []);
  const to = Math.min(count, seen.to);
  const from = Math.min(seen.from, to);
  const { height } = seen;
  const drawn = Math.max(0, Math.min(to, known) - from);
  const style = { paddingTop: `${from * height}px`, paddingBottom: `${(count - from - drawn) * height}px` };
  const reveal = (/** @type {number} */ index) => revealRow(list.current, index * height, height);
  return { list, from, to, style, reveal };
}

/** @typedef {{ from: number, to: number, height: number }} Rows */

/** @param {Rows} before @param {Rows} now */
const sameOr = (before, now) =>
  before.from === now.from && before.to === now.to && before.height === now.height ? before : now;

/** @param {HTMLElement} list @param {HTMLElement} scroller @param {number} known @returns {Rows} */
function seenOf(list, scroller, known) {
  const row = /** @type {HTMLElement | null} */ (list.firstElementChild);
  const height = row?.offsetHeight || known;
  const { top, bottom } = scroller.getBoundingClientRect();
  const start = list.getBoundingClientRect().top;
  const from = Math.max(0, Math.floor((top - start) / height) - MORE);
  const to = Math.max(0, Math.ceil((bottom - start) / height) + MORE);
  return { from, to, height };
}

/** @param {HTMLElement | null} list @param {number} top  of the row in the list @param {number} height */
function revealRow(list, top, height) {
  const scroller = list?.closest(".panel-body");
  if (!list || !scroller) return;
  const box = scroller.getBoundingClientRect();
  const at = list.getBoundingClientRect().top + top;
  if (at < box.top) scroller.scrollTop += at - box.top;
  else if (at + height > box.bottom) scroller.scrollTop += at + height - box.bottom;
}
