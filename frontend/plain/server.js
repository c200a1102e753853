// @ts-check
// What the page asks the server, and what it hears from it.
"use strict";

const API = "api/v1";
const AGAIN_MS = 2000;

/** @param {string} id @returns {any} */
const element = (id) => document.getElementById(id);

/**
 * Ask the server; what it refuses is an error with its sentences.
 * @param {string} path @param {RequestInit} [options] @returns {Promise<any>}
 */
async function ask(path, options) {
  const answer = await fetch(`${API}/${path}`, options).catch(() => {
    throw new Error("The server does not answer. It may have been stopped.");
  });
  const told = answer.status === 204 ? null : await answer.json();
  if (!answer.ok) throw new Error(sentences(told.error));
  return told;
}

/** @param {string} path @param {unknown} body */
const post = (path, body) => ask(path, { method: "POST", body: JSON.stringify(body) });

/** @param {any} error @returns {string} */
function sentences(error) {
  const problems = (error.details && error.details.problems) || [error];
  return problems.map((/** @type {any} */ each) => each.message).join("\n");
}

/** Escape a name that may have folders for an address. @param {string} name */
const escaped = (name) => name.split("/").map(encodeURIComponent).join("/");

/** Do something, and say on the page why it could not be done. @param {() => Promise<void>} work */
const saying = (work) => () => {
  element("message").textContent = "";
  return work().catch((problem) => (element("message").textContent = problem.message));
};

/**
 * Hear events, for as long as the page is open. `onOpen` is called on every connection: what
 * happened before it is to be asked for.
 * @param {() => void} onOpen @param {(event: any) => void} onEvent
 * @param {(header: any, picture: Blob) => void} onPreview
 */
function listen(onOpen, onEvent, onPreview) {
  const address = new URL(`${API}/events?previews=1`, document.baseURI);
  address.protocol = address.protocol.replace("http", "ws");
  const socket = new WebSocket(address);
  socket.binaryType = "arraybuffer";
  socket.onopen = () => {
    element("connection").hidden = true;
    onOpen();
  };
  socket.onmessage = ({ data }) => {
    if (typeof data === "string") onEvent(JSON.parse(data));
    else onPreview(...taken(data));
  };
  socket.onclose = () => {
    element("connection").hidden = false;
    setTimeout(() => listen(onOpen, onEvent, onPreview), AGAIN_MS);
  };
}

/** Take a preview apart: the length of its header, the header, the picture. @param {ArrayBuffer} frame
 * @returns {[any, Blob]} */
function taken(frame) {
  const end = 4 + new DataView(frame).getUint32(0);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(frame, 4, end - 4)));
  return [header, new Blob([frame.slice(end)], { type: header.mime })];
}
