// @ts-check
/**
 * Whether the graph is there: its drawing is loaded when it is wanted first, its hands when they are, and they
 * stay from then on.
 */

import { signal } from "@preact/signals-core";

export class GraphPlace {
  isWanted = signal(false);
  isDrawn = signal(false);
  areHandsWanted = signal(false);
  #isThere = signal(false);

  /** Somebody is there: what answers comes with the drawing, or now. */
  wantHands() {
    this.areHandsWanted.value = true;
  }

  /** Want the graph and its hands. @returns {Promise<void>} fulfilled when they are there */
  ready() {
    this.isWanted.value = true;
    this.wantHands();
    return new Promise((resolve) => {
      const stop = this.#isThere.subscribe((isThere) => {
        if (!isThere) return;
        resolve();
        queueMicrotask(() => stop());
      });
    });
  }

  /** It is there now. */
  arrived() {
    this.#isThere.value = true;
  }
}
