// @ts-check
/** Open copies of bundled workflows follow the language, until they are saved: then they are the person's. */

import { batch, effect } from "@preact/signals-core";
import { retelling } from "../files/bundled-texts.js";
import { inLanguage, language } from "../i18n.js";
import { replaceBy } from "../model/edits/whole.js";
import { translated } from "../model/translated.js";

/** @typedef {import("../state/tab.js").Tab} Tab */

/** @param {import("../state/workspace.js").Workspace} workspace @returns {() => void} stops it */
export const start = (workspace) =>
  effect(() => {
    language.value;
    for (const tab of workspace.tabs.value) if (isForeign(tab)) retell(tab);
  });

/** @param {Tab} tab */
const isForeign = (tab) => tab.spoken !== null && tab.spoken !== language.peek() && !tab.name.peek();

/** Say in the language that is spoken what nobody has written anew; it is no edit. @param {Tab} tab */
export async function retell(tab) {
  await inLanguage();
  const to = language.peek();
  if (!isForeign(tab)) return;
  const say = await retelling(/** @type {string} */ (tab.spoken), to);
  if (!isForeign(tab) || language.peek() !== to) return;
  const { store, saved } = tab;
  tab.spoken = to;
  batch(() => {
    saved.value = saved.peek() && translated(/** @type {any} */ (saved.peek()), say);
    store.adjust(replaceBy(store.document, translated(store.document, say)));
  });
}
