// @ts-check
/** What the gallery is searched by: words, and on demand model, seed and days. */

import { html } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../../i18n.js";
import { IconButton } from "../../ui/command-button.js";
import { icon } from "../../ui/icons.js";

/** @typedef {{ search: string, model: string, seed: string, since: string, until: string }} Words */

const REST_MS = 250;
const DAY = 24 * 60 * 60;
/** @type {Words} */
const NONE = { search: "", model: "", seed: "", since: "", until: "" };

/**
 * Return a query of the API; a day ends with its last second.
 * @param {Words} words @returns {Record<string, string | number>}
 */
export function queryOf({ search, model, seed, since, until }) {
  const seconds = (/** @type {string} */ day) => new Date(`${day}T00:00:00`).getTime() / 1000;
  return {
    ...(search.trim() && { search: search.trim() }),
    ...(model.trim() && { model: model.trim() }),
    ...(seed.trim() && { seed: seed.trim() }),
    ...(since && { since: seconds(since) }),
    ...(until && { until: seconds(until) + DAY - 0.001 }),
  };
}

/** @param {{ onSearch: (query: Record<string, string | number>) => void }} props */
export function Search({ onSearch }) {
  const [words, setWords] = useState(NONE);
  const [hasMore, setMore] = useState(false);
  const isFirst = useRef(true);
  useEffect(() => {
    if (isFirst.current) {
      isFirst.current = false;
      return;
    }
    const timer = setTimeout(() => onSearch(queryOf(words)), REST_MS);
    return () => clearTimeout(timer);
  }, [words]);
  const bound = (/** @type {keyof Words} */ name) => ({
    value: words[name],
    onInput: (/** @type {InputEvent} */ event) =>
      setWords({ ...words, [name]: /** @type {HTMLInputElement} */ (event.currentTarget).value }),
  });
  const labelled = (/** @type {keyof Words} */ name, /** @type {Record<string, string>} */ more = {}) =>
    html`<label class="field-row"><span class="field-label">${t(`gallery.${name}`)}</span><input class="field" ...${more} ...${bound(name)} /></label>`;
  const isFiltered = words.model || words.seed || words.since || words.until;
  return html`<div class="gallery-search" role="search">
    <div class="gallery-words">
      ${icon("search")}
      <input class="field" type="search" aria-label=${t("gallery.search")} placeholder=${t("gallery.search")} ...${bound("search")} />
      <${IconButton} name="filter" label=${t("gallery.filters")} class=${isFiltered ? "is-on" : ""} aria-expanded=${hasMore} aria-pressed=${hasMore}
        onClick=${() => setMore(!hasMore)} />
    </div>
    ${
      hasMore &&
      html`<div class="gallery-filters">
        ${labelled("model")}${labelled("seed", { inputmode: "numeric" })}
        ${labelled("since", { type: "date" })}${labelled("until", { type: "date" })}
      </div>`
    }
  </div>`;
}
