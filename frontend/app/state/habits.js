// @ts-check
/** Which node types a person uses, and which are pinned. Kept in the browser. */

import { signal } from "@preact/signals-core";
import { keep, lasting, recalled } from "./kept.js";

const KEY = "sfumato.habits";

/** @typedef {{ uses: Readonly<Record<string, number>>, pins: readonly string[] }} Habits */

/** Other windows have habits too. @returns {Habits} */
const now = () => ({ uses: {}, pins: [], ...recalled(lasting, KEY, {}) });

const kept = signal(now());

/** @param {Habits} next */
function remember(next) {
  kept.value = next;
  keep(lasting, KEY, next);
}

/** @returns {import("../model/node-search.js").Habits} */
export const habits = () => ({ uses: kept.value.uses, pins: new Set(kept.value.pins) });

/** @param {string} type */
export function rememberUse(type) {
  const { uses, pins } = now();
  remember({ pins, uses: { ...uses, [type]: (uses[type] ?? 0) + 1 } });
}

/** @param {string} type */
export function togglePin(type) {
  const { uses, pins } = now();
  remember({ uses, pins: pins.includes(type) ? pins.filter((each) => each !== type) : [...pins, type] });
}
