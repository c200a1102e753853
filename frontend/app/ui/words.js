// @ts-check
/** Texts of nodes as the server writes them: paragraphs, and code between backticks. */

import { html } from "htm/preact";

/** @param {string} text  one paragraph */
export const inWords = (text) =>
  text.split("`").map((part, index) => (index % 2 ? html`<code>${part}</code>` : part));

/** @param {string} text */
export const paragraphs = (text) =>
  text.split(/\n\s*\n/).map((each, index) => html`<p key=${index}>${inWords(each.trim())}</p>`);
