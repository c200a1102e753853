// @ts-check
/** One row of the queue: a job, or a batch of them. */

import { html } from "htm/preact";
import { t } from "../../i18n.js";
import { picturesOf } from "../../pictures/of-jobs.js";
import { timeText as tookText } from "../../state/node-events.js";
import { smallAddress } from "../../state/picture-files.js";
import { IconButton } from "../../ui/command-button.js";
import { icon } from "../../ui/icons.js";
import { timeText } from "../../ui/readable.js";
import { valuesText } from "./order.js";
import { reuse } from "./reuse.js";

/** @typedef {import("../../app.js").App} App */
/** @typedef {import("../../state/queue.js").Job} Job */
/** @typedef {import("./order.js").Row} Row */

const THUMBNAIL = 96;
const STATES = /** @type {const} */ ({ succeeded: "check", failed: "error", cancelled: "stop" });

/** What tells a job from others: what it draws, or else the name of its workflow. @param {Job} job */
export const titleOf = ({ prompt, title }) => prompt?.split("\n", 1)[0] || title || t("run.untitled");

/** @param {Job} job */
const wholeTitle = ({ prompt, title }) => [prompt, title].filter(Boolean).join("\n\n");

/** @param {Job} job */
const seedText = ({ seed, values }) => (seed && !("seed" in (values ?? {})) ? t("queue.seed", { seed }) : "");

/** @param {(string | false | undefined)[]} parts */
const joined = (...parts) => parts.filter(Boolean).join(" · ");

/** @param {App} app @param {() => Promise<unknown>} work */
const act = (app, work) => () => work().catch((problem) => app.notices.problem(problem));

/** What runs. @param {{ app: App, job: Job }} props */
export function RunningRow({ app, job }) {
  const working = app.queue.working.value;
  const { node = "", step = 0, steps = 0 } = working?.job === job.id ? working : {};
  const tabId = app.running.tabs.tabOf(job.id);
  const name = node && tabId ? app.running.nameOf(tabId, node) : "";
  const isPaused = job.state === "paused";
  const word = isPaused ? t("run.paused") : steps ? `${name} ${step}/${steps}` : t("run.working");
  return html`<li class="job is-running" data-job=${job.id}>
    <div class="job-main">
      <${Title} jobs=${[job]} />
      <span class="job-about">${joined(word, seedText(job))}</span>
      <progress class="job-progress" max=${steps || 1} value=${steps ? step : 0} aria-label=${t("queue.progress", { title: titleOf(job) })}></progress>
    </div>
    <${IconButton} name=${isPaused ? "run" : "pause"} label=${t(isPaused ? "queue.resume" : "queue.pause")}
      onClick=${act(app, () => app.api.post(`jobs/${job.id}/${isPaused ? "resume" : "pause"}`))} />
    <${IconButton} name="stop" label=${t("queue.stop")} onClick=${act(app, () => app.api.post(`jobs/${job.id}/cancel`))} />
  </li>`;
}

/**
 * What waits. Of one that is cut, more waits than is listed.
 * @param {{ app: App, row: Row, index: number, count: number, isCut: boolean, isTarget: boolean, onDrag: (event: PointerEvent) => void, onKey: (event: KeyboardEvent) => void }} props
 */
export function WaitingRow({ app, row, index, count: rows, isCut, isTarget, onDrag, onKey }) {
  const [job] = row.jobs;
  const count = row.jobs.length;
  const own = count === 1 && joined(valuesText(job.values), seedText(job));
  const isBatch = isCut && row.batch;
  const cancel = () =>
    app.api.post("jobs/cancel", isBatch ? { batch: row.batch } : { ids: row.jobs.map((each) => each.id) });
  const onKeyDown = (/** @type {KeyboardEvent} */ event) => {
    const item = /** @type {HTMLElement} */ (event.currentTarget);
    if (event.target !== item) return;
    if (event.key !== "Delete") return onKey(event);
    const beside = item.nextElementSibling ?? item.previousElementSibling;
    /** @type {HTMLElement | null} */ (beside)?.focus();
    act(app, cancel)();
  };
  return html`<li class=${isTarget ? "job is-target" : "job"} data-job=${job.id} data-place=${index} tabindex="0" aria-setsize=${rows} aria-posinset=${index + 1}
    aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown Delete" onKeyDown=${onKeyDown}>
    <span class="job-handle" onPointerDown=${onDrag}>${icon("drag")}</span>
    <div class="job-main">
      <${Title} jobs=${row.jobs} />
      <span class="job-about">${joined(job.prompt && job.title, own)}</span>
    </div>
    <${IconButton} name="close" label=${count > 1 ? t("queue.cancel-batch", { count }) : t("queue.cancel")} onClick=${act(app, cancel)} />
  </li>`;
}

/** What has ended. @param {{ app: App, row: Row, index: number, count: number, past: import("./past.js").Past }} props */
export function EndedRow({ app, row, index, count, past }) {
  const [job] = row.jobs;
  const bad = row.jobs.find((each) => each.state === "failed");
  const state = bad ? "failed" : job.state;
  const about = aboutEnded(row);
  return html`<li class=${`job is-${state}`} data-job=${job.id} aria-setsize=${count} aria-posinset=${index + 1}>
    <${Thumbnail} app=${app} row=${row} state=${state} />
    <div class="job-main">
      <${Title} jobs=${row.jobs} />
      <span class="job-about" title=${joined(about, bad?.error?.message)}>${bad?.error?.message ?? about}</span>
    </div>
    <div class="job-buttons"><${EndedButtons} app=${app} row=${row} past=${past} /></div>
  </li>`;
}

/** @param {{ jobs: readonly Job[] }} props */
function Title({ jobs }) {
  const count = jobs.length;
  return html`<span class="job-title" title=${wholeTitle(jobs[0])}>
    <span>${titleOf(jobs[0])}</span>${count > 1 && html`<span class="panel-count">${t("queue.runs", { count })}</span>`}
  </span>`;
}

/** @param {{ app: App, row: Row, past: import("./past.js").Past }} props */
function EndedButtons({ app, row, past }) {
  const [job] = row.jobs;
  const again = row.jobs.filter((each) => each.state !== "succeeded");
  const retry = async () => {
    for (const each of again) await app.api.post(`jobs/${each.id}/retry`);
    await past.drop(again.map((each) => each.id));
  };
  const forget = async () => {
    const ids = row.jobs.map((each) => each.id);
    await app.api.post("jobs/delete", { ids });
    await past.drop(ids);
  };
  return html`
    <${IconButton} name="graph" label=${t("queue.reuse")} onClick=${act(app, () => reuse(app, job))} />
    ${again.length > 0 && html`<${IconButton} name="refresh" label=${t("queue.retry")} onClick=${act(app, retry)} />`}
    <${IconButton} name="trash" label=${t("queue.forget")} onClick=${act(app, forget)} />
  `;
}

/** @param {Row} row */
function aboutEnded({ jobs }) {
  const [job] = jobs;
  const states = jobs.length > 1 ? countsText(jobs) : t(`queue.state.${job.state}`);
  const seconds = jobs.reduce(
    (sum, each) => sum + Math.max(0, (each.ended ?? 0) - (each.started ?? each.ended ?? 0)),
    0,
  );
  const when = timeText(job.ended ?? job.created);
  return joined(states, job.started ? tookText(seconds) : "", when, jobs.length === 1 && seedText(job));
}

/** @param {readonly Job[]} jobs */
function countsText(jobs) {
  const [{ state }] = jobs;
  if (jobs.every((each) => each.state === state)) return t(`queue.state.${state}`);
  const done = jobs.filter((each) => each.state === "succeeded").length;
  return t("queue.done-of", { done, count: jobs.length });
}

/** The first picture of a row, which opens all of them; or how it ended. @param {{ app: App, row: Row, state: Job["state"] }} props */
function Thumbnail({ app, row, state }) {
  const pictures = row.jobs.flatMap((job) => picturesOf(app, job));
  const [first] = pictures;
  if (!first)
    return html`<span class="job-picture">${icon(STATES[/** @type {keyof typeof STATES} */ (state)])}</span>`;
  return html`<button type="button" class="job-picture" aria-label=${t("queue.open-picture", { name: first.name })}
    onClick=${() => app.commands.run(app, "picture.open", { pictures, index: 0 })}>
    <img src=${smallAddress(first, THUMBNAIL)} alt="" loading="lazy" />
    ${pictures.length > 1 && html`<span class="job-more">${pictures.length}</span>`}
  </button>`;
}
