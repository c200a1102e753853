// @ts-check
/** Names of workflows that were opened or saved lately, newest first. */

import { keep, lasting, recalled } from "../state/kept.js";

const KEY = "sfumato.recent";
const MOST = 12;

/** @returns {string[]} */
export const recentNames = (storage = lasting) =>
  recalled(storage, KEY, /** @type {string[]} */ ([])).map(String);

/** @param {string} name */
export function rememberRecent(name, storage = lasting) {
  keep(storage, KEY, [name, ...recentNames(storage).filter((each) => each !== name)].slice(0, MOST));
}
