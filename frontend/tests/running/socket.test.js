// @ts-check
// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { EventSocket, LONGEST_WAIT_MS, previewIn } from "../../app/api/socket.js";

/** A server's end of the line. */
class FakeLine {
  binaryType = "";
  onmessage = /** @type {any} */ (null);
  onclose = /** @type {any} */ (null);
  onerror = null;
  readyState = 1;
  sent = /** @type {string[]} */ ([]);

  /** @param {string} address */
  constructor(address) {
    this.address = address;
  }

  close() {}

  /** @param {any} text */
  send(text) {
    this.sent.push(text);
  }

  /** @param {object} message */
  say(message) {
    this.onmessage({ data: JSON.stringify(message) });
  }
}

/** @returns {{ socket: EventSocket, lines: FakeLine[], heard: any[] }} */
function made() {
  /** @type {FakeLine[]} */
  const lines = [];
  /** @type {any[]} */
  const heard = [];
  const ears = {
    event: (/** @type {any} */ event) => heard.push(event.seq),
    preview: (/** @type {any} */ header) => heard.push(header.node_id),
    hello: () => heard.push("hello"),
    lost: () => heard.push("lost"),
  };
  const open = (/** @type {string} */ address) => {
    const line = new FakeLine(address);
    lines.push(line);
    return /** @type {any} */ (line);
  };
  return { socket: new EventSocket("api/v1", ears, { open }), lines, heard };
}

const after = (/** @type {FakeLine} */ line) => new URL(line.address).searchParams.get("after");

describe("the events' socket", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("begins with the story from now on, and asks for previews", () => {
    const { socket, lines } = made();

    socket.start();

    expect(after(lines[0])).toBe(null);
    expect(new URL(lines[0].address).searchParams.get("previews")).toBe("1");
    expect(lines[0].address.startsWith("ws")).toBe(true);
  });

  it("goes on after the last number that it heard", () => {
    const { socket, lines, heard } = made();
    socket.start(7);
    lines[0].say({ type: "hello", newest: 9, version: "1" });
    lines[0].say({ seq: 8, job: "j", type: "job_changed" });
    lines[0].say({ type: "caught_up", seq: 9, progress: [{ seq: 3, job: "j", type: "progress" }] });
    lines[0].say({ seq: 12, job: "j", type: "node_finished" });

    lines[0].onclose();
    vi.advanceTimersByTime(1000);

    expect(heard).toEqual(["hello", 8, 3, 12, "lost"]);
    expect(lines.map(after)).toEqual(["7", "12"]);
  });

  it("waits longer each time, within bounds, and starts anew once it was greeted", () => {
    const { socket, lines } = made();
    socket.start();
    const waits = [];
    for (let tries = 0; tries < 9; tries += 1) {
      const start = Date.now();
      lines.at(-1)?.onclose();
      const count = lines.length;
      while (lines.length === count) vi.advanceTimersByTime(10);
      waits.push(Date.now() - start);
    }

    expect(waits[0]).toBeLessThan(400);
    expect(waits.at(-1)).toBeGreaterThan(LONGEST_WAIT_MS * 0.7);
    expect(Math.max(...waits)).toBeLessThan(LONGEST_WAIT_MS * 1.3);
    lines.at(-1)?.say({ type: "hello", newest: 0, version: "1" });
    const count = lines.length;
    lines.at(-1)?.onclose();
    vi.advanceTimersByTime(400);
    expect(lines.length).toBe(count + 1);
  });

  it("does not wait when the network is back", () => {
    const { socket, lines } = made();
    socket.start();
    for (let tries = 0; tries < 6; tries += 1) {
      lines.at(-1)?.onclose();
      vi.advanceTimersByTime(20_000);
    }
    lines.at(-1)?.onclose();
    const count = lines.length;

    socket.hurry();
    socket.hurry();

    expect(lines.length).toBe(count + 1);
  });

  it("gives up a line that says nothing", () => {
    const { socket, lines, heard } = made();
    socket.start();

    vi.advanceTimersByTime(12_000);

    expect(heard).toEqual(["lost"]);
    expect(lines.length).toBe(2);
  });

  it("asks a line that was silent for long for a word, and gives it up when none comes", () => {
    const { socket, lines, heard } = made();
    socket.start();
    lines[0].say({ type: "hello", newest: 0, version: "1" });
    socket.hurry();
    expect(lines[0].sent).toEqual([]);
    vi.advanceTimersByTime(60_000);

    socket.hurry();
    expect(JSON.parse(lines[0].sent[0])).toEqual({ type: "subscribe", jobs: null, previews: true });
    vi.advanceTimersByTime(11_000);

    expect(heard).toEqual(["hello", "lost"]);
    expect(lines.length).toBe(2);
  });

  it("takes a server whose numbers are lower for another one", () => {
    const { socket, lines } = made();
    socket.start(900);

    lines[0].say({ type: "hello", newest: 4, version: "1" });

    expect(socket.after).toBe(4);
  });

  it("hears nothing more of a line that it has left", () => {
    const { socket, lines, heard } = made();
    socket.start();
    lines[0].onclose();
    vi.advanceTimersByTime(1000);

    lines[0].say({ seq: 5, job: "j", type: "job_changed" });

    expect(heard).toEqual(["lost"]);
  });

  it("is closed for good", () => {
    const { socket, lines } = made();
    socket.start();

    socket.close();
    lines[0].onclose();
    vi.advanceTimersByTime(60_000);

    expect(lines.length).toBe(1);
  });
});

it("a binary message is a header and a picture", async () => {
  const header = new TextEncoder().encode(JSON.stringify({ node_id: "5", mime: "image/jpeg" }));
  const data = new Uint8Array(4 + header.length + 3);
  new DataView(data.buffer).setUint32(0, header.length);
  data.set(header, 4);
  data.set([1, 2, 3], 4 + header.length);

  const { header: read, picture } = previewIn(data.buffer);

  expect(read.node_id).toBe("5");
  expect(picture.type).toBe("image/jpeg");
  expect([...new Uint8Array(await picture.arrayBuffer())]).toEqual([1, 2, 3]);
});
