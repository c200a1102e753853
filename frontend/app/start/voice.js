// @ts-check
/** What is told to screen readers, in one place of the page: each text takes the place of the one before. */

export class Voice {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {(text: string) => void} put  into the page */
  constructor(put) {
    this.put = put;
  }

  /** Tell what was done. What waits to be said is older, and would take its place: it is left out. @param {string} text */
  say(text) {
    clearTimeout(this.#timer);
    this.put(text);
  }

  /** Tell what came about by itself, as a run goes on: what waits is said all the same. @param {string} text */
  sayAside(text) {
    this.put(text);
  }

  /** Tell something unless something else is done meanwhile. @param {() => string} text @param {number} ms */
  sayLater(text, ms) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.put(text()), ms);
  }
}
