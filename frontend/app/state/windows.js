// @ts-check
/**
 * Several windows of one browser: each has an id, keeps it over a reload, and knows which others are
 * open, so that no two write the same tab. A window that the browser copied notices that it is a copy.
 */

import { freshId } from "./tab.js";

/**
 * @typedef {{ id: string, copyOf: string | null, isOpen: (window: string) => boolean }} Here
 *   isOpen: whether another window with that id was open when this one began
 */
/** @typedef {{ alone: <Made>(work: () => Promise<Made>) => Promise<Made> }} Turn  alone: no two windows take what is left at once; who is open is known anew */
/** @typedef {{ claimed: (windows: readonly string[]) => void, onClaimed: (hear: () => void) => void }} Talk */

const KEY = "sfumato.window";
const PREFIX = "sfumato.window.";
const CLAIM = "sfumato.claim";
/** While a page is loaded again its lock is held by the page before, for a moment. */
const PATIENCE_MS = 400;
const ANSWER_MS = 200;

/**
 * Find out which window this is.
 * @param {Pick<Storage, "getItem" | "setItem">} session @param {LockManager | undefined} [locks] not there without https
 * @returns {Promise<Here & Talk & Turn>}
 */
export async function thisWindow(session, locks = navigator.locks) {
  const before = session.getItem(KEY);
  const here = locks ? await byLocks(locks, before) : await byTalk(before);
  session.setItem(KEY, here.id);
  return here;
}

/** @param {LockManager} locks @returns {Promise<Set<string | undefined>>} */
async function heldIn(locks) {
  const { held = [] } = await locks.query();
  return new Set(held.map((each) => each.name));
}

/** @param {LockManager} locks @param {string | null} before @returns {Promise<Here & Talk & Turn>} */
async function byLocks(locks, before) {
  let id = before ?? freshId();
  const isOwn = await hold(locks, id);
  if (!isOwn) {
    id = freshId();
    await hold(locks, id);
  }
  let open = await heldIn(locks);
  return {
    alone: (work) =>
      locks.request(CLAIM, async () => {
        open = await heldIn(locks);
        return work();
      }),
    id,
    copyOf: isOwn ? null : before,
    isOpen: (window) => window !== id && open.has(PREFIX + window),
    claimed: () => {},
    onClaimed: () => {},
  };
}

/**
 * Hold a window's lock until the page is left; say whether it could be had.
 * @param {LockManager} locks @param {string} id @returns {Promise<boolean>}
 */
function hold(locks, id) {
  return new Promise((resolve) => {
    const held = () => {
      resolve(true);
      return new Promise(() => {});
    };
    locks
      .request(PREFIX + id, { signal: AbortSignal.timeout(PATIENCE_MS) }, held)
      .catch(() => resolve(false));
  });
}

/** Without locks, windows ask each other. @param {string | null} before @returns {Promise<Here & Talk & Turn>} */
async function byTalk(before) {
  const channel = new BroadcastChannel(KEY);
  /** @type {Set<string>} */
  const open = new Set();
  let id = before ?? freshId();
  let isSettled = false;
  /** @type {() => void} */
  let onClaimed = () => {};
  channel.onmessage = ({ data }) => {
    if (data.here) open.add(data.here);
    else if (data.ask && isSettled) channel.postMessage({ here: id });
    else if (data.claims?.includes(id)) onClaimed();
  };
  channel.postMessage({ ask: true });
  await new Promise((resolve) => setTimeout(resolve, ANSWER_MS));
  const isCopy = open.has(id);
  if (isCopy) id = freshId();
  isSettled = true;
  return {
    alone: (work) => work(),
    id,
    copyOf: isCopy ? before : null,
    isOpen: (window) => open.has(window),
    claimed: (windows) => channel.postMessage({ claims: windows }),
    // a window that was asleep did not answer; what was its own is another's now
    onClaimed: (hear) => {
      onClaimed = hear;
    },
  };
}
