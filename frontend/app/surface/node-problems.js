// @ts-check
/** Marks on a node in the page: which sockets and values are wrong, and in the header that something is. */

import { isBad, isWrong } from "../state/runs.js";
import { iconElement } from "../ui/icons.js";

/** @typedef {import("../api/client.js").Problem} Problem */

/**
 * @param {{ app: import("../app.js").App, element: HTMLElement, header: HTMLElement, sockets: HTMLElement, body: HTMLElement }} view
 * @param {import("../state/runs.js").NodeRun} run
 */
export function showProblems({ app, element, header, sockets, body }, run) {
  const problems = [...run.problems, ...run.checks];
  element.classList.toggle("is-bad", isBad(run));
  element.classList.toggle("is-incomplete", problems.length > 0 && !isBad(run));
  for (const socket of sockets.querySelectorAll(".socket"))
    markSocket(/** @type {HTMLElement} */ (socket), problems);
  for (const each of body.querySelectorAll(".widget")) {
    const row = /** @type {HTMLElement} */ (each);
    const wrong = problems.find((problem) => problem.input === row.dataset.widget && isWrong(problem));
    row.classList.toggle("is-wrong", Boolean(wrong));
  }
  markHeader(header, problems, () => app.panels.show("problems"));
}

/** @param {HTMLElement} socket @param {readonly Problem[]} problems */
function markSocket(socket, problems) {
  const [kind, name] = splitOnce(socket.dataset.socket ?? "");
  const found = kind === "input" ? problems.filter((each) => each.input === name) : [];
  socket.dataset.about ??= socket.title;
  socket.classList.toggle("is-wrong", found.some(isWrong));
  socket.classList.toggle("is-wanted", found.length > 0 && !found.some(isWrong));
  socket.title = [socket.dataset.about, ...found.map((each) => each.message)].filter(Boolean).join("\n");
}

/** @param {HTMLElement} header @param {readonly Problem[]} problems @param {() => void} onClick */
function markHeader(header, problems, onClick) {
  const old = header.querySelector(".node-alert");
  if (!problems.length) {
    old?.remove();
    return;
  }
  const mark = /** @type {HTMLElement} */ (old ?? document.createElement("span"));
  mark.className = "node-alert";
  mark.title = problems.map((each) => each.message).join("\n");
  if (old) return;
  mark.append(iconElement("problems"));
  mark.addEventListener("click", onClick);
  header.append(mark);
}

/** @param {string} text @returns {[string, string]} */
function splitOnce(text) {
  const at = text.indexOf(":");
  return [text.slice(0, at), text.slice(at + 1)];
}
