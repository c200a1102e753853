// @ts-check
/** A small picture of a workflow's graph, drawn when it comes into sight. */

import { html } from "htm/preact";
import { useEffect, useRef } from "preact/hooks";
import { GraphPicture } from "../surface/graph-picture.js";
import { readTokens } from "../surface/tokens.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../model/document.js").WorkflowDocument} WorkflowDocument */

/**
 * @param {{ app: App, load: () => Promise<WorkflowDocument>, of: unknown, class?: string }} props
 *   of: what it is a picture of; another one is drawn anew
 */
export function Thumbnail({ app, load, of, class: more = "" }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  useEffect(() => {
    const element = /** @type {HTMLCanvasElement} */ (canvas.current);
    /** @type {WorkflowDocument | null} */
    let shown = null;
    let isWanted = true;
    const show = () => isWanted && shown && draw(element, app, shown);
    const observer = new IntersectionObserver(([entry]) => {
      if (!entry.isIntersecting) return;
      observer.disconnect();
      const take = async () => {
        const document = await load();
        await app.types.of(document);
        shown = document;
        show();
      };
      take().catch(() => {}); // one that can not be read has no picture
    });
    observer.observe(element);
    const themes = new MutationObserver(show);
    themes.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    return () => {
      isWanted = false;
      observer.disconnect();
      themes.disconnect();
    };
  }, [of]);
  return html`<canvas class=${`thumbnail ${more}`} ref=${canvas} aria-hidden="true"></canvas>`;
}

/** @param {HTMLCanvasElement} canvas @param {App} app @param {WorkflowDocument} document */
function draw(canvas, app, document) {
  const ratio = devicePixelRatio;
  canvas.width = Math.max(1, Math.round(canvas.clientWidth * ratio));
  canvas.height = Math.max(1, Math.round(canvas.clientHeight * ratio));
  new GraphPicture(document, app.schema.value).drawInto(canvas, readTokens(canvas), ratio);
}
