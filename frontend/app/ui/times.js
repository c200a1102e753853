// @ts-check
/** Times as people read them. */

import { language } from "../i18n.js";

/** @param {number} seconds  since the epoch */
export function timeText(seconds) {
  const time = new Date(seconds * 1000);
  const isToday = time.toDateString() === new Date().toDateString();
  /** @type {Intl.DateTimeFormatOptions} */
  const form = isToday ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" };
  return time.toLocaleString(language.value, form);
}
