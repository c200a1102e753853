// @ts-check
/** Linking by keys: a list of the sockets that fit, nearest first, and of what can be done with the links there are. */

import { html } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { optionsFor, socketsOf } from "../commands/link-options.js";
import { placedAt } from "../gestures/rail-links.js";
import { nameOf, socketName } from "../gestures/socket-names.js";
import { t } from "../i18n.js";
import { combobox } from "./combobox.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../commands/link-options.js").Option} Option */
/** @typedef {{ title: string, options: () => Option[] }} Step */

/** @param {{ overlay: import("./overlays.js").Overlay, app: App, close: () => void }} props */
export default function LinkDialog({ overlay, app, close }) {
  const { node, socket } = overlay.given;
  const [step, setStep] = useState(() => (socket ? stepFor(app, socket) : firstStep(app, node)));
  const host = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    const options = step.options();
    const list = combobox({
      label: step.title,
      items: () => options.map(({ label, hint }, value) => ({ value, label, hint })),
      onPick: (place) => {
        const next = options[place].run();
        if (next) setStep(next);
        else close();
      },
      onClose: close,
    });
    host.current?.replaceChildren(list);
    list.querySelector("input")?.focus();
  }, [step]);
  return html`<section class="link-dialog" role="dialog" aria-label=${step.title}>
    <h2>${step.title}</h2>
    <div ref=${host}></div>
  </section>`;
}

/** @param {App} app @param {string} id @returns {Step} which socket of a node */
function firstStep(app, id) {
  const placed = placedAt(app, id);
  const name = placed ? nameOf(placed) : id;
  return {
    title: t("link.from", { name }),
    options: () =>
      socketsOf(app, id).map(({ label, hint, socket }) => ({ label, hint, run: () => stepFor(app, socket) })),
  };
}

/** @param {App} app @param {import("../geometry/hit-test.js").Socket} socket @returns {Step} */
const stepFor = (app, socket) => ({
  title: t("link.with", { name: socketName(socket) }),
  options: () => optionsFor(app, socket, stepOf),
});

/** @param {string} title @param {() => Option[]} options @returns {Step} */
const stepOf = (title, options) => ({ title, options });
