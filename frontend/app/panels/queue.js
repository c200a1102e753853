// @ts-check
/** What runs, what waits and what has ended. */

import { signal } from "@preact/signals-core";
import { html } from "htm/preact";
import { useEffect, useMemo } from "preact/hooks";
import { t } from "../i18n.js";
import { icon } from "../ui/icons.js";
import { dragRow, placeOfKey } from "./queue/dragging.js";
import { Held } from "./queue/held.js";
import { moved, movesOf, rowsOf } from "./queue/order.js";
import { Past } from "./queue/past.js";
import { EndedRow, RunningRow, titleOf, WaitingRow } from "./queue/row.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("./queue/order.js").Row} Row */

const SEARCH_PAUSE_MS = 250;

/** @param {{ app: App }} props */
export default function QueuePanel({ app }) {
  const past = useMemo(() => new Past(app), []);
  useEffect(() => past.stop, []);
  const jobs = app.queue.jobs.value;
  const now = jobs.filter((each) => each.state !== "queued");
  const isEmpty = !jobs.length && !past.total.value && !past.search.value;
  if (isEmpty)
    return html`<${Held} app=${app} />
      <div class="panel-empty">${icon("queue")}<p>${t("queue.empty")}</p></div>`;
  return html`<div class="queue">
    <${Held} app=${app} />
    ${
      now.length > 0 &&
      html`<section aria-label=${t("queue.now")}>
        <h3 class="panel-heading">${t("queue.now")}</h3>
        <ul>${now.map((each) => html`<${RunningRow} key=${each.id} app=${app} job=${each} />`)}</ul>
      </section>`
    }
    <${Waiting} app=${app} />
    <${Ended} app=${app} past=${past} />
  </div>`;
}

/** @param {{ app: App }} props */
function Waiting({ app }) {
  const target = useMemo(() => signal(-1), []);
  const jobs = app.queue.jobs.value.filter((each) => each.state === "queued");
  const rows = rowsOf(jobs);
  const total = app.queue.waiting.value;
  if (!rows.length) return null;
  const move = (/** @type {number} */ from, /** @type {number} */ to) => moveRow(app, rows, from, to);
  return html`<section aria-label=${t("queue.waiting")}>
    <h3 class="panel-heading">
      ${t("queue.waiting")}<span class="panel-count">${total}</span>
      <button type="button" class="button is-quiet" onClick=${() => app.commands.run(app, "run.clear-queue")}>${t("run.clear")}</button>
    </h3>
    <ol class=${target.value === rows.length ? "queue-rows is-target" : "queue-rows"}>
      ${rows.map(
        (
          row,
          index,
        ) => html`<${WaitingRow} key=${row.id} app=${app} row=${row} index=${index} isCut=${jobs.length < total && index === rows.length - 1} isTarget=${target.value === index}
          onDrag=${(/** @type {PointerEvent} */ event) =>
            dragRow(
              event,
              (place) => {
                target.value = place;
              },
              (place) => move(index, place),
            )}
          onKey=${(/** @type {KeyboardEvent} */ event) => {
            const place = placeOfKey(event, index, rows.length);
            if (place === null) return;
            event.preventDefault();
            event.stopPropagation();
            move(index, place);
            // a row that is put elsewhere in the page loses the focus
            const moved = /** @type {HTMLElement} */ (event.currentTarget);
            requestAnimationFrame(() => moved.focus());
          }} />`,
      )}
    </ol>
    ${jobs.length < total && html`<button type="button" class="button is-quiet queue-more" onClick=${() => app.queue.more()}>${t("queue.more", { count: total - jobs.length })}</button>`}
  </section>`;
}

/** @param {App} app @param {readonly Row[]} rows @param {number} from @param {number} to */
async function moveRow(app, rows, from, to) {
  const moves = movesOf(rows, from, to);
  if (!moves.length) return;
  app.queue.reorder(moved(rows, from, to).flatMap((each) => each.jobs));
  app.say(t("queue.say-moved", { title: titleOf(rows[from].jobs[0]), place: (to > from ? to - 1 : to) + 1 }));
  try {
    for (const { job, move } of moves) await app.api.post(`jobs/${job}/move`, move);
  } catch (problem) {
    app.notices.problem(problem);
  }
  app.queue.refresh();
}

/** @param {{ app: App, past: Past }} props */
function Ended({ app, past }) {
  const jobs = past.jobs.value;
  const total = past.total.value;
  if (!total && !past.search.value) return null;
  return html`<section aria-label=${t("queue.ended")}>
    <h3 class="panel-heading">${t("queue.ended")}<span class="panel-count">${total}</span></h3>
    <${Search} past=${past} />
    <ul>${rowsOf(jobs).map((row) => html`<${EndedRow} key=${row.id} app=${app} row=${row} past=${past} />`)}</ul>
    ${jobs.length < Math.min(500, total) && html`<button type="button" class="button is-quiet queue-more" onClick=${() => past.more()}>${t("queue.more", { count: total - jobs.length })}</button>`}
  </section>`;
}

/** @param {{ past: Past }} props */
function Search({ past }) {
  const timer = useMemo(() => ({ id: 0 }), []);
  const onInput = (/** @type {Event} */ event) => {
    const { value } = /** @type {HTMLInputElement} */ (event.currentTarget);
    clearTimeout(timer.id);
    timer.id = window.setTimeout(() => past.find(value.trim()), SEARCH_PAUSE_MS);
  };
  return html`<div class="queue-search"><input type="search" class="field" placeholder=${t("queue.search")} aria-label=${t("queue.search")} onInput=${onInput} /></div>`;
}
