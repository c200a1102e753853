// @ts-check
/**
 * Whether the graph is there: its drawing is loaded when it is wanted first, its hands when they are, and they
 * stay from then on.
 */

import { signal } from "@preact/signals-core";

export class GraphPlace {
  isWanted = signal(false);
  isThere = signal(false);
  areHandsWanted = signal(false);
  #areHandsThere = signal(false);

  /** Somebody is there: what answers comes with the drawing, or now. */
  wantHands() {
    this.areHandsWanted.value = true;
  }

  /** Want the graph and its hands. @returns {Promise<void>} fulfilled when they are there */
  ready() {
    this.isWanted.value = true;
    this.wantHands();
    return new Promise((resolve) => {
      const stop = this.#areHandsThere.subscribe((areThere) => {
        if (!areThere) return;
        resolve();
        queueMicrotask(() => stop());
      });
    });
  }

  /** They are there now. */
  arrived() {
    this.#areHandsThere.value = true;
  }
}
