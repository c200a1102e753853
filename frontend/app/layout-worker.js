// @ts-check
/** Lays graphs out beside the page, which goes on meanwhile. */

import { laidOut } from "./model/edits/layout.js";

/** @typedef {{ library: string, task: import("./model/edits/layout.js").Task }} Question  library: a worker has no import map */

addEventListener("message", async (event) => {
  const { library, task } = /** @type {Question} */ (/** @type {MessageEvent} */ (event).data);
  try {
    const module = await import(library);
    postMessage({ places: laidOut(module.default ?? module, task) });
  } catch (problem) {
    postMessage({ problem: String(problem) });
  }
});
