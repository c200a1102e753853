// @ts-check
/** What runs, what waits and what has ended. Only the rows that are seen are in the page. */

import { signal } from "@preact/signals-core";
import { html } from "htm/preact";
import { useEffect, useMemo } from "preact/hooks";
import { t } from "../i18n.js";
import { icon } from "../ui/icons.js";
import { dragRow, placeOfKey } from "./queue/dragging.js";
import { Held } from "./queue/held.js";
import { jobsOf, moved, movesOf, rowsOf } from "./queue/order.js";
import { Past } from "./queue/past.js";
import { EndedRow, RunningRow, titleOf, WaitingRow } from "./queue/row.js";
import { useSeenRows } from "./queue/seen-rows.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("./queue/order.js").Row} Row */
/** @typedef {import("../state/queue.js").Job} Job */

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
  const jobs = app.queue.jobs.value.filter((each) => each.state === "queued");
  const total = app.queue.waiting.value;
  if (!jobs.length) return null;
  return html`<section aria-label=${t("queue.waiting")}>
    <h3 class="panel-heading">
      ${t("queue.waiting")}<span class="panel-count">${total}</span>
      <button type="button" class="button is-quiet" onClick=${() => app.commands.run(app, "run.clear-queue")}>${t("run.clear")}</button>
    </h3>
    <${WaitingRows} app=${app} jobs=${jobs} total=${total} />
  </section>`;
}

/** @param {{ app: App, jobs: readonly Job[], total: number }} props */
function WaitingRows({ app, jobs, total }) {
  const target = useMemo(() => signal(-1), []);
  const rows = rowsOf(jobs);
  const count = rows.length + total - jobs.length;
  const seen = useSeenRows(count, rows.length);
  useSeeing(app.queue, rows, jobs.length, seen);
  const move = (/** @type {number} */ from, /** @type {number} */ to) => moveRow(app, rows, from, to);
  const onDrag = (/** @type {PointerEvent} */ event, /** @type {number} */ index) =>
    dragRow(
      event,
      (place) => {
        target.value = place;
      },
      (place) => move(index, place),
    );
  const onKey = (/** @type {KeyboardEvent} */ event, /** @type {number} */ index) => {
    const place = placeOfKey(event, index, rows.length);
    if (place === null) return;
    event.preventDefault();
    event.stopPropagation();
    const { id } = rows[index].jobs[0];
    move(index, place);
    seen.reveal(place > index ? place - 1 : place);
    // a row that is put elsewhere in the page loses the focus
    requestAnimationFrame(() => focusRow(seen.list.current, id));
  };
  return html`<ol class=${target.value === rows.length ? "queue-rows is-target" : "queue-rows"} ref=${seen.list} style=${seen.style}>
    ${rows.slice(seen.from, seen.to).map((row, at) => {
      const index = seen.from + at;
      return html`<${WaitingRow} key=${row.id} app=${app} row=${row} index=${index} count=${count}
        isCut=${jobs.length < total && index === rows.length - 1} isTarget=${target.value === index}
        onDrag=${(/** @type {PointerEvent} */ event) => onDrag(event, index)} onKey=${(/** @type {KeyboardEvent} */ event) => onKey(event, index)} />`;
    })}
  </ol>`;
}

/** @param {HTMLElement | null} list @param {string} job */
function focusRow(list, job) {
  /** @type {HTMLElement | null | undefined} */ (
    list?.querySelector(`[data-job="${CSS.escape(job)}"]`)
  )?.focus();
}

/**
 * Tell a list what is seen of it.
 * @param {{ see: (seen: import("../state/job-pages.js").Seen) => void }} list @param {readonly Row[]} rows
 * @param {number} known @param {{ from: number, to: number }} seen
 */
function useSeeing(list, rows, known, { from, to }) {
  const jobs = jobsOf(rows, known, from, to);
  useEffect(() => list.see(jobs), [jobs.from, jobs.to]);
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
    <${EndedRows} app=${app} past=${past} jobs=${jobs} total=${total} />
  </section>`;
}

/** @param {{ app: App, past: Past, jobs: readonly Job[], total: number }} props */
function EndedRows({ app, past, jobs, total }) {
  const rows = rowsOf(jobs);
  const count = rows.length + total - jobs.length;
  const seen = useSeenRows(count, rows.length);
  useSeeing(past, rows, jobs.length, seen);
  return html`<ul class="queue-past" ref=${seen.list} style=${seen.style}>
    ${rows
      .slice(seen.from, seen.to)
      .map(
        (row, at) =>
          html`<${EndedRow} key=${row.id} app=${app} row=${row} index=${seen.from + at} count=${count} past=${past} />`,
      )}
  </ul>`;
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
