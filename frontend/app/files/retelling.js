// @ts-check
/** Open copies of bundled workflows follow the language, until they are saved: then they are the person's. */

import { batch } from "@preact/signals-core";
import { inLanguage, language } from "../i18n.js";
import { replaceBy } from "../model/edits/whole.js";
import { translated } from "../model/translated.js";
import { WRITTEN, wordsOf } from "./bundled-texts.js";

/** @typedef {import("../state/tab.js").Tab} Tab */

/** Say in the language that is spoken what nobody has written anew; it is no edit. @param {Tab} tab */
export async function retell(tab) {
  await inLanguage();
  const [from, to] = [tab.spoken, language.peek()];
  if (from === null || from === to) return;
  const say = await between(from, to);
  if (tab.spoken !== from || language.peek() !== to || tab.name.peek()) return;
  const { store, saved } = tab;
  tab.spoken = to;
  batch(() => {
    saved.value = saved.peek() && translated(/** @type {any} */ (saved.peek()), say);
    store.adjust(replaceBy(store.document, translated(store.document, say)));
  });
}

/**
 * Return what says in one language what a copy of a bundled workflow says in another; what is no text of a
 * bundled one, the person's above all, stays.
 * @param {string} from @param {string} to @returns {Promise<(text: string) => string>}
 */
async function between(from, to) {
  const [before, after] = await Promise.all([wordsOf(from), wordsOf(to)]);
  const written = new Map(Object.entries(before).map(([text, said]) => [said, text]));
  return (said) => {
    const text = from === WRITTEN ? said : (written.get(said) ?? "");
    return after[text] ?? (text || said);
  };
}
