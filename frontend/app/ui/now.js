// @ts-check
/** What a tab has now, for components: whoever asks is drawn again when it changes. */

/** @typedef {import("../state/tab.js").Tab} Tab */

/** @param {Tab} tab */
export function documentNow(tab) {
  tab.version.value;
  return tab.store.document;
}

/** Return the level that is shown. @param {Tab} tab */
export function graphNow(tab) {
  tab.version.value;
  tab.way.value;
  return tab.graph;
}
