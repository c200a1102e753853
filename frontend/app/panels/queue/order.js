// @ts-check
/** Jobs as rows: those of a batch that follow each other are one. And how rows change places. */

/** @typedef {import("../../state/queue.js").Job} Job */
/** @typedef {{ id: string, jobs: readonly Job[], batch: string | null, at: number }} Row  at: place of its first job */

/** @param {readonly Job[]} jobs @returns {Row[]} */
export function rowsOf(jobs) {
  /** @type {(Row & { jobs: Job[] })[]} */
  const rows = [];
  for (const [at, job] of jobs.entries()) {
    const last = rows.at(-1);
    if (job.batch && last?.batch === job.batch) last.jobs.push(job);
    else rows.push({ id: job.batch ? `${job.batch} ${job.id}` : job.id, jobs: [job], batch: job.batch, at });
  }
  return rows;
}

/**
 * Return which jobs some rows are; rows after the known ones are jobs that are not known.
 * @param {readonly Row[]} rows @param {number} known @param {number} from @param {number} to
 */
export function jobsOf(rows, known, from, to) {
  const place = (/** @type {number} */ row) => rows[row]?.at ?? known + Math.max(0, row - rows.length);
  return { from: place(from), to: place(to) };
}

/**
 * Return what to ask of the server so that a row comes to another place; nothing when it is there.
 * @param {readonly Row[]} rows @param {number} from @param {number} to  the place among the rows as they are, before which it goes
 * @returns {{ job: string, move: { before: string } | { after: string } }[]}
 */
export function movesOf(rows, from, to) {
  if (to === from || to === from + 1 || to < 0 || to > rows.length) return [];
  const { jobs } = rows[from];
  const next = rows[to]?.jobs[0];
  if (next) return jobs.map(({ id }) => ({ job: id, move: { before: next.id } }));
  const ids = [/** @type {Job} */ (rows[rows.length - 1].jobs.at(-1)).id, ...jobs.map((each) => each.id)];
  return jobs.map(({ id }, index) => ({ job: id, move: { after: ids[index] } }));
}

/** @param {readonly Row[]} rows @param {number} from @param {number} to @returns {Row[]} */
export function moved(rows, from, to) {
  const others = rows.toSpliced(from, 1);
  return others.toSpliced(to > from ? to - 1 : to, 0, rows[from]);
}

/** What a job sets, in a few words. @param {Record<string, unknown>} values */
export const valuesText = (values) =>
  Object.entries(values ?? {})
    .map(([name, value]) => `${name} ${shortened(String(value))}`)
    .join(", ");

/** @param {string} text */
const shortened = (text) => (text.length > 24 ? `${text.slice(0, 23)}…` : text);
