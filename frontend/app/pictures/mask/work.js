// @ts-check
/** The page's end of the worker. */

export class MaskWork {
  #worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  /** @type {Map<number, { resolve: (found: any) => void, reject: (problem: Error) => void }>} */
  #waiting = new Map();
  #count = 0;

  constructor() {
    this.#worker.addEventListener("message", ({ data: { id, found, problem } }) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (problem === undefined) waiting?.resolve(found);
      else waiting?.reject(new Error(problem));
    });
    this.#worker.addEventListener("error", (event) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(event.message));
      this.#waiting.clear();
    });
  }

  /** @param {string} name @param {Record<string, unknown>} asked @returns {Promise<any>} */
  ask(name, asked) {
    this.#count += 1;
    const id = this.#count;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, name, asked });
    });
  }

  close() {
    this.#worker.terminate();
  }
}
