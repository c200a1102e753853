// @ts-check
/** Which node types a person uses, and which are pinned. Kept in the browser. */

import { signal } from "@preact/signals-core";

const KEY = "sfumato.habits";

/** @typedef {{ uses: Readonly<Record<string, number>>, pins: readonly string[] }} Kept */

/** @returns {Kept} */
function read() {
  try {
    return { uses: {}, pins: [], ...JSON.parse(localStorage.getItem(KEY) ?? "{}") };
  } catch {
    return { uses: {}, pins: [] };
  }
}

const kept = signal(read());

/** @param {Kept} next */
function keep(next) {
  kept.value = next;
  try {
    localStorage.setItem(KEY, JSON.stringify(next));
  } catch {
    // a full storage forgets habits, nothing else
  }
}

/** @returns {import("../model/node-search.js").Habits} */
export const habits = () => ({ uses: kept.value.uses, pins: new Set(kept.value.pins) });

/** @param {string} type */
export function rememberUse(type) {
  const { uses, pins } = kept.peek();
  keep({ pins, uses: { ...uses, [type]: (uses[type] ?? 0) + 1 } });
}

/** @param {string} type */
export function togglePin(type) {
  const { uses, pins } = kept.peek();
  keep({ uses, pins: pins.includes(type) ? pins.filter((each) => each !== type) : [...pins, type] });
}
