// @ts-check
/** What is known of a picture: how it was made, how large it is. */

import { html } from "htm/preact";
import { useEffect, useState } from "preact/hooks";
import { encoded } from "../api/client.js";
import { t } from "../i18n.js";
import { IconButton } from "../ui/command-button.js";
import { bytesText, timeText } from "../ui/readable.js";
import { filePath } from "./uploading.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../state/runs.js").Picture} Picture */
/** @typedef {Record<string, any>} Known  an item of the gallery, or what is embedded in a file */

/** Values that are short, in their order. */
const SHORT = ["model", "seed", "steps", "cfg", "sampler", "scheduler"];

/** Return what the server knows of a picture; nothing of one that it has not. @param {App} app @param {Picture} picture @returns {Promise<Known>} */
async function ask(app, { file }) {
  if (!file) return {};
  if (file.kind === "output") {
    const found = await app.api.get(`gallery/${encoded(file.name)}`).catch(() => null);
    if (found) return found;
  }
  const found = await app.api.get(filePath(file), { metadata: 1 }).catch(() => ({}));
  return { ...found, has_workflow: Boolean(found.document || found.workflow || found.prompt) };
}

/** Follow what is known of a picture. @param {App} app @param {Picture | undefined} picture @returns {Known} */
export function useKnown(app, picture) {
  const [known, setKnown] = useState(/** @type {Known} */ ({}));
  useEffect(() => {
    let isWanted = true;
    setKnown({});
    if (picture) ask(app, picture).then((found) => isWanted && setKnown(found));
    return () => {
      isWanted = false;
    };
  }, [picture?.address]);
  return known;
}

/** @param {{ app: App, picture: Picture, known: Known, size: { width: number, height: number } | null }} props */
export function About({ app, picture, known, size }) {
  const width = size?.width || known.width;
  const height = size?.height || known.height;
  return html`<aside class="lightbox-about" aria-label=${t("picture.about")}>
    <h3>${picture.name}</h3>
    ${known.prompt && html`<${Long} app=${app} label=${t("picture.prompt")} text=${known.prompt} />`}
    ${known.negative && html`<${Long} app=${app} label=${t("picture.negative")} text=${known.negative} />`}
    <dl>
      ${width && html`<${Row} label=${t("picture.size")} value=${`${width} × ${height}`} />`}
      ${SHORT.filter((each) => known[each] !== undefined && known[each] !== null && known[each] !== "").map(
        (each) => html`<${Row} key=${each} label=${t(`picture.${each}`)} value=${String(known[each])} />`,
      )}
      ${known.created && html`<${Row} label=${t("picture.created")} value=${timeText(known.created)} />`}
      ${known.size_bytes && html`<${Row} label=${t("picture.file-size")} value=${bytesText(known.size_bytes)} />`}
    </dl>
    ${known.parameters && html`<${Long} app=${app} label=${t("picture.parameters")} text=${known.parameters} />`}
  </aside>`;
}

/** @param {{ label: string, value: string }} props */
const Row = ({ label, value }) => html`<dt>${label}</dt><dd>${value}</dd>`;

/** @param {{ app: App, label: string, text: string }} props */
function Long({ app, label, text }) {
  const copy = () =>
    navigator.clipboard?.writeText(text).then(
      () => app.notices.tell(t("picture.text-copied"), "good"),
      (problem) => app.notices.problem(problem),
    );
  return html`<section class="lightbox-text">
    <header><h4>${label}</h4><${IconButton} name="copy" label=${t("picture.copy-text", { label })} onClick=${copy} /></header>
    <p>${text}</p>
  </section>`;
}
