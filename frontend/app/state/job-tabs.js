// @ts-check
/** Which tab a job was started in. Kept over a reload, so that what runs on finds its nodes again. */

/** @typedef {Pick<Storage, "getItem" | "setItem">} Kept */

const KEY = "sfumato.jobs";
/** Jobs that are remembered; older ones no longer tell anything. */
const MOST = 1000;

export class JobTabs {
  /** @type {Map<string, string>} job -> tab, oldest first */
  #tabs;

  /** @param {Kept} storage */
  constructor(storage) {
    this.storage = storage;
    this.#tabs = new Map(read(storage));
  }

  /** @param {string} tabId @param {readonly string[]} jobs */
  remember(tabId, jobs) {
    for (const each of jobs) this.#tabs.set(each, tabId);
    const old = [...this.#tabs.keys()].slice(0, Math.max(0, this.#tabs.size - MOST));
    for (const each of old) this.#tabs.delete(each);
    this.#keep();
  }

  /** @param {string} job @returns {string | undefined} */
  tabOf(job) {
    return this.#tabs.get(job);
  }

  /** @param {string} tabId @returns {string[]} oldest first */
  jobsOf(tabId) {
    return [...this.#tabs].filter(([, tab]) => tab === tabId).map(([job]) => job);
  }

  /** @param {string} tabId */
  forget(tabId) {
    for (const each of this.jobsOf(tabId)) this.#tabs.delete(each);
    this.#keep();
  }

  #keep() {
    try {
      this.storage.setItem(KEY, JSON.stringify([...this.#tabs]));
    } catch {
      // a full storage forgets which nodes a job belongs to, nothing else
    }
  }
}

/** @param {Kept} storage @returns {[string, string][]} */
function read(storage) {
  try {
    return JSON.parse(storage.getItem(KEY) ?? "[]");
  } catch {
    return [];
  }
}
