// @ts-check
/** Times and sizes as people read them. */

import { language } from "../i18n.js";

/** @param {number} seconds  since the epoch */
export function timeText(seconds) {
  const time = new Date(seconds * 1000);
  const isToday = time.toDateString() === new Date().toDateString();
  /** @type {Intl.DateTimeFormatOptions} */
  const form = isToday ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" };
  return time.toLocaleString(language.value, form);
}

/** @param {number} bytes */
export function bytesText(bytes) {
  const isSmall = bytes < 2 ** 20;
  const size = isSmall ? Math.max(1, Math.round(bytes / 1024)) : bytes / 2 ** 20;
  const digits = { maximumFractionDigits: 1 };
  return `${size.toLocaleString(language.value, digits)} ${isSmall ? "KiB" : "MiB"}`;
}
