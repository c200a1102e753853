// @ts-check
/** Asks the server. What it refuses is a `Refusal` with its own words. */

import { t } from "../i18n.js";

/** @typedef {{ type: string, message: string, details: Record<string, any>, node: string | null, input: string | null }} Problem */

export class Refusal extends Error {
  /** @param {number} status @param {Problem} problem */
  constructor(status, problem) {
    super(problem.message);
    this.status = status;
    this.problem = problem;
  }

  /** All that is wrong with a document, where the answer says so. @returns {Problem[]} */
  get problems() {
    return this.problem.details?.problems ?? [this.problem];
  }
}

/** The server does not answer. */
export class Unreachable extends Error {}

export class Client {
  /** @param {string} root  address of the API, relative to the page */
  constructor(root = "api/v1") {
    this.root = root;
  }

  /** @param {string} path @param {Record<string, string | number | boolean | undefined>} [query] @returns {Promise<any>} */
  get(path, query = {}) {
    const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
    const search = new URLSearchParams(given.map(([key, value]) => [key, String(value)]));
    return this.ask("GET", given.length ? `${path}?${search}` : path);
  }

  /** @param {string} path @param {unknown} [body] @returns {Promise<any>} */
  post(path, body = {}) {
    return this.ask("POST", path, body);
  }

  /** @param {string} path @param {unknown} body @returns {Promise<any>} */
  put(path, body) {
    return this.ask("PUT", path, body);
  }

  /** @param {string} path @returns {Promise<any>} */
  remove(path) {
    return this.ask("DELETE", path);
  }

  /**
   * @param {string} method @param {string} path @param {unknown} [body] JSON, or a Blob or FormData as it is
   * @returns {Promise<any>} the answer's JSON
   */
  async ask(method, path, body) {
    const text = await this.text(method, path, body);
    return text ? JSON.parse(text) : null;
  }

  /**
   * @param {string} method @param {string} path @param {unknown} [body] as for `ask`
   * @returns {Promise<string>} the answer as it came
   */
  async text(method, path, body) {
    const isPlain = body instanceof Blob || body instanceof FormData;
    const sent = body === undefined || isPlain ? body : JSON.stringify(body);
    /** @type {Record<string, string>} */
    const headers = body === undefined || isPlain ? {} : { "Content-Type": "application/json" };
    const asked = { method, headers, body: /** @type {any} */ (sent) };
    const { answer, text } = await whole(`${this.root}/${path}`, asked).catch(() => {
      throw new Unreachable(t("notice.unreachable"));
    });
    if (answer.ok) return text;
    throw new Refusal(answer.status, problemIn(text, answer));
  }

  /** @param {string} path @returns {string} */
  address(path) {
    return `${this.root}/${path}`;
  }
}

/** An answer may end amid its words, when the server does. @param {string} address @param {RequestInit} asked */
async function whole(address, asked) {
  const answer = await fetch(address, asked);
  return { answer, text: await answer.text() };
}

/** @param {string} text @param {Response} answer @returns {Problem} */
function problemIn(text, answer) {
  const message = `${answer.status} ${answer.statusText}`;
  const unknown = { type: "unknown", message, details: {}, node: null, input: null };
  try {
    const { error } = JSON.parse(text);
    return typeof error?.message === "string" ? error : unknown;
  } catch {
    return unknown;
  }
}

/** Put the parts of a name into an address. @param {string} name */
export const encoded = (name) => name.split("/").map(encodeURIComponent).join("/");
