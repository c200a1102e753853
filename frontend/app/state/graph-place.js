// @ts-check
/** Whether the graph is there: its parts are loaded when it is wanted first, and it stays from then on. */

import { signal } from "@preact/signals-core";

export class GraphPlace {
  isWanted = signal(false);
  isThere = signal(false);

  /** Want the graph. @returns {Promise<void>} fulfilled when it is there */
  ready() {
    this.isWanted.value = true;
    return new Promise((resolve) => {
      const stop = this.isThere.subscribe((isThere) => {
        if (!isThere) return;
        resolve();
        queueMicrotask(() => stop());
      });
    });
  }

  /** It is there now. */
  arrived() {
    this.isThere.value = true;
  }
}
