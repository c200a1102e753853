// @ts-check
/** Names of workflows that were opened or saved lately, newest first. */

const KEY = "sfumato.recent";
const MOST = 12;

/** @returns {string[]} */
export function recentNames(storage = localStorage) {
  try {
    const kept = JSON.parse(storage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.map(String) : [];
  } catch {
    return [];
  }
}

/** @param {string} name */
export function rememberRecent(name, storage = localStorage) {
  const names = [name, ...recentNames(storage).filter((each) => each !== name)].slice(0, MOST);
  storage.setItem(KEY, JSON.stringify(names));
}
