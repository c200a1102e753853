// @ts-check
/** The last lines of the server's and the worker's logs, while the panel is open. */

import { signal } from "@preact/signals-core";
import { html } from "htm/preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { Refusal } from "../api/client.js";
import { t } from "../i18n.js";

/** @typedef {import("../app.js").App} App */

const EACH_MS = 3000;
const LINES = 400;
const KINDS = /** @type {const} */ (["server", "worker"]);
/** A reader who has scrolled up stays there. */
const NEAR_END_PX = 40;

/** @param {{ app: App }} props */
export default function LogPanel({ app }) {
  const kind = useMemo(() => signal(/** @type {typeof KINDS[number]} */ ("server")), []);
  const lines = useMemo(() => signal(/** @type {readonly string[]} */ ([])), []);
  const problem = useMemo(() => signal(""), []);
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => follow(app, kind.value, lines, problem), [kind.value]);
  useEffect(() => {
    const element = list.current;
    if (!element) return;
    const isNearEnd = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END_PX;
    if (isNearEnd || !element.dataset.seen) element.scrollTop = element.scrollHeight;
    element.dataset.seen = "yes";
  }, [lines.value]);
  return html`<div class="log">
    <div class="log-bar"><div class="segments" role="group" aria-label=${t("log.of")}>
      ${KINDS.map(
        (each) => html`<button key=${each} type="button" aria-pressed=${kind.value === each}
          onClick=${() => {
            kind.value = each;
          }}>${t(`log.${each}`)}</button>`,
      )}
    </div></div>
    ${problem.value && html`<p class="panel-note">${problem.value}</p>`}
    <div class="log-lines" ref=${list} tabindex="0" role="log" aria-label=${t("panel.log")} aria-live="off">
      ${lines.value.map((each, index) => html`<div key=${index} class=${`log-line ${levelOf(each)}`}>${each}</div>`)}
    </div>
  </div>`;
}

/** @param {string} line */
const levelOf = (line) =>
  / (ERROR|CRITICAL) /.test(line) ? "is-bad" : line.includes(" WARNING ") ? "is-warn" : "";

/**
 * @param {App} app @param {string} of
 * @param {import("@preact/signals-core").Signal<readonly string[]>} lines @param {import("@preact/signals-core").Signal<string>} problem
 */
function follow(app, of, lines, problem) {
  let timer = 0;
  const ask = async () => {
    try {
      const answer = await app.api.get("system/logs", { of, limit: LINES });
      if (timer < 0) return;
      if (answer.lines.join("\n") !== lines.peek().join("\n")) lines.value = answer.lines;
      problem.value = "";
    } catch (reason) {
      problem.value = reason instanceof Refusal ? reason.message : "";
    }
    if (timer >= 0) timer = window.setTimeout(ask, EACH_MS);
  };
  ask();
  return () => {
    clearTimeout(timer);
    timer = -1;
  };
}
