// @ts-check
/** A long list of jobs of which the beginning is known, and the parts of it that the server is asked for. */

/** @typedef {import("./queue.js").Job} Job */
/** @typedef {{ from: number, to: number }} Seen  places in the list */
/** @typedef {{ offset: number, limit: number }} Part */

/** Jobs that are asked for at once, and at most. */
export const PAGE = 100;
const MOST = 500;

/**
 * Return what to ask for: the beginning, what is seen, and all between what is known and what is seen.
 * @param {number} known @param {Seen} seen @returns {Part[]}
 */
export function partsToAsk(known, { from, to }) {
  const parts = [{ offset: 0, limit: PAGE }];
  const start = Math.floor(from / PAGE) * PAGE;
  if (start >= PAGE && start < known) parts.push({ offset: start, limit: 2 * PAGE });
  for (let offset = Math.max(PAGE, known); offset < to; offset += MOST) parts.push({ offset, limit: MOST });
  return parts;
}

/**
 * Return the list with a part as it is now; what is not among that moves on.
 * @param {readonly Job[]} jobs @param {readonly Job[]} part @param {number} offset @param {number} total
 */
export function withPart(jobs, part, offset, total) {
  const ids = new Set(part.map((each) => each.id));
  const others = jobs.filter((each) => !ids.has(each.id));
  return [...others.slice(0, offset), ...part, ...others.slice(offset)].slice(0, total);
}
