// @ts-check
/** What the server tells about jobs, for those who have asked to hear of it. */

import { entryOf } from "../model/maps.js";

/** @typedef {import("../api/socket.js").JobEvent} JobEvent */

/** @type {Map<string, Set<(event: JobEvent) => unknown>>} */
const hearers = new Map();

/** @param {string} type  "*" hears of all @param {(event: JobEvent) => unknown} handler @returns {() => void} */
export function hear(type, handler) {
  const all = entryOf(hearers, type, () => new Set());
  all.add(handler);
  return () => {
    all.delete(handler);
  };
}

/** Tell extensions of an event. @param {JobEvent} event */
export function tellExtensions(event) {
  for (const type of [event.type, "*"]) for (const handler of hearers.get(type) ?? []) handler(event);
}
