// @ts-check
/** Loads the modules of packs. One that fails is told by name, and the others go on. */

import { effect } from "@preact/signals-core";
import { letExtend, widgetsVersion } from "../extend.js";
import { t } from "../i18n.js";

/** @typedef {{ pack: string, url: string }} Module */

/** Packs that take long to be read are asked for again. */
const AGAIN_MS = 5000;
const MOST_TRIES = 12;

/** @param {import("../app.js").App} app @param {(url: string) => Promise<unknown>} [load] */
export async function start(app, load = (url) => import(url)) {
  letExtend(app);
  followWidgets(app);
  /** @type {Set<string>} */
  const known = new Set();
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const { packs } = await ask(app, "packs");
    const { modules } = await ask(app, "packs/modules");
    await loadAll(
      app,
      modules.filter(({ url }) => !known.has(url) && known.add(url)),
      load,
    );
    if (!packs.some(({ state }) => state === "reading")) return;
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

/**
 * @param {import("../app.js").App} app @param {string} path
 * @returns {Promise<{ packs: { state: string }[], modules: Module[] }>}
 */
async function ask(app, path) {
  const answer = await app.api.get(path).catch(() => ({}));
  return { packs: [], modules: [], ...answer };
}

/** @param {import("../app.js").App} app @param {readonly Module[]} modules @param {(url: string) => Promise<unknown>} load */
async function loadAll(app, modules, load) {
  const failed = (await Promise.all(modules.map((each) => failureOf(each, load)))).filter(Boolean);
  if (failed.length) app.notices.tell(t("extensions.failed", { names: failed.join(", ") }), "bad");
}

/**
 * Load a module; return its name when it can not be.
 * @param {Module} module @param {(url: string) => Promise<unknown>} load
 */
async function failureOf({ pack, url }, load) {
  try {
    await load(url);
    return "";
  } catch (problem) {
    console.error(problem);
    return `${pack} (${decodeURIComponent(url.split("/web/").at(-1) ?? url)})`;
  }
}

/** Nodes that were drawn before a widget came are drawn again with it. @param {import("../app.js").App} app */
function followWidgets(app) {
  let drawn = widgetsVersion.peek();
  let isWaiting = false;
  effect(() => {
    if (widgetsVersion.value === drawn || isWaiting) return;
    isWaiting = true;
    requestAnimationFrame(() => {
      isWaiting = false;
      drawn = widgetsVersion.peek();
      app.canvas?.surface.mounting.clear();
      app.canvas?.surface.invalidate("nodes");
    });
  });
}
