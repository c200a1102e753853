// @ts-check
/**
 * Hears what happens on the server. A connection that is lost is made again, a little later each
 * time, and goes on after the last number that was heard: nothing is missed.
 */

/**
 * @typedef {{ seq: number, job: string, time: number, type: string, [field: string]: any }} JobEvent  as docs/api.md has them
 * @typedef {JobEvent & { node_id: string, mime: string, width: number, height: number }} PreviewHeader
 * @typedef {{
 *   event: (event: JobEvent) => void,
 *   preview: (header: PreviewHeader, picture: Blob) => void,
 *   hello: (hello: { newest: number, version: string }) => void,
 *   lost: () => void,
 * }} Ears
 * @typedef {Pick<WebSocket, "close" | "send" | "readyState"> & { binaryType: string, onmessage: any, onclose: any, onerror: any }} Line
 */

export const FIRST_WAIT_MS = 250;
export const LONGEST_WAIT_MS = 8_000;
/** Without a word for so long, a connection that was asked for is given up. */
const OPEN = 1;
const SILENCE_MS = 10_000;
/** After so long without a word one may ask whether anybody is there. */
const LONG_SILENCE_MS = 30_000;

export class EventSocket {
  /** Number of the last stored event that was heard; null hears from now on. */
  after = /** @type {number | null} */ (null);
  #line = /** @type {Line | null} */ (null);
  #tries = 0;
  #timer = 0;
  #silence = 0;
  #heard = 0;
  #isWanted = false;

  /**
   * @param {string} root  address of the API @param {Ears} ears
   * @param {{ open?: (address: string) => Line, previews?: () => boolean }} [how]
   */
  constructor(
    root,
    ears,
    { open = (address) => /** @type {Line} */ (new WebSocket(address)), previews = () => true } = {},
  ) {
    this.root = root;
    this.ears = ears;
    this.open = open;
    this.previews = previews;
  }

  /** @param {number | null} [after] */
  start(after = this.after) {
    this.after = after;
    this.#isWanted = true;
    this.#connect();
  }

  /** Hear other things from now on, after a setting has changed. */
  resubscribe() {
    const line = this.#line;
    if (line?.readyState === OPEN)
      line.send(JSON.stringify({ type: "subscribe", jobs: null, previews: this.previews() }));
  }

  /**
   * The network is back, or somebody looks: try at once instead of waiting on. A connection that has
   * long been silent may be dead without anybody having noticed, as after a sleep: it is asked for a word.
   */
  hurry() {
    if (!this.#isWanted) return;
    if (this.#line && Date.now() - this.#heard > LONG_SILENCE_MS) {
      this.#awaitWord(this.#line);
      this.resubscribe();
    }
    if (this.#line || !this.#timer) return;
    this.#tries = 0;
    this.#connect();
  }

  close() {
    this.#isWanted = false;
    clearTimeout(this.#timer);
    clearTimeout(this.#silence);
    this.#line?.close();
    this.#line = null;
  }

  get #address() {
    const base = new URL(`${this.root}/events`, document.baseURI);
    base.protocol = base.protocol === "https:" ? "wss:" : "ws:";
    if (this.after !== null) base.searchParams.set("after", String(this.after));
    if (this.previews()) base.searchParams.set("previews", "1");
    return base.href;
  }

  #connect() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    const line = this.open(this.#address);
    this.#line = line;
    line.binaryType = "arraybuffer";
    this.#awaitWord(line);
    line.onmessage = (/** @type {MessageEvent} */ { data }) => {
      if (line !== this.#line) return;
      clearTimeout(this.#silence);
      this.#heard = Date.now();
      this.#take(data);
    };
    line.onclose = () => this.#fail(line);
    line.onerror = () => {};
  }

  /** @param {Line} line */
  #awaitWord(line) {
    clearTimeout(this.#silence);
    this.#silence = window.setTimeout(() => this.#fail(line), SILENCE_MS);
  }

  /** @param {Line} line */
  #fail(line) {
    if (line !== this.#line) return;
    clearTimeout(this.#silence);
    this.#line = null;
    line.close();
    if (!this.#isWanted) return;
    this.ears.lost();
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#tries);
    this.#tries += 1;
    // many editors must not come back in the same instant
    this.#timer = window.setTimeout(() => this.#connect(), wait * (0.75 + Math.random() / 2));
  }

  /** @param {string | ArrayBuffer} data */
  #take(data) {
    if (typeof data !== "string") {
      const { header, picture } = previewIn(data);
      this.ears.preview(header, picture);
      return;
    }
    const message = JSON.parse(data);
    if (message.type === "hello") this.#greet(message);
    else if (message.type === "caught_up") this.#catchUp(message);
    else if (typeof message.seq === "number") {
      this.after = message.seq;
      this.ears.event(message);
    }
  }

  /** @param {{ newest: number, version: string }} hello */
  #greet(hello) {
    this.#tries = 0;
    // numbers only ever rise; a server that is behind us is another one
    if (this.after !== null && hello.newest < this.after) this.after = hello.newest;
    this.ears.hello(hello);
  }

  /** @param {{ seq: number, progress: JobEvent[] }} message */
  #catchUp({ seq, progress }) {
    this.after = Math.max(this.after ?? 0, seq);
    for (const each of progress) this.ears.event(each);
  }
}

/**
 * Return what a binary message holds: the length of a header in four bytes, the header, a picture.
 * @param {ArrayBuffer} data @returns {{ header: PreviewHeader, picture: Blob }}
 */
export function previewIn(data) {
  const length = new DataView(data).getUint32(0);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(data, 4, length)));
  return { header, picture: new Blob([new Uint8Array(data, 4 + length)], { type: header.mime }) };
}
