// @ts-check
/** Theme and language, as chosen or as the system has them; both change while one works. */

import { effect } from "@preact/signals-core";
import { language, useLanguage } from "../i18n.js";

/** @typedef {import("../app.js").App} App */

/** What the system says that changes colours. */
const COLOURS = ["(prefers-color-scheme: light)", "(prefers-contrast: more)", "(forced-colors: active)"];

/** @param {App} app */
export function start(app) {
  const [light, ...others] = COLOURS.map((each) => matchMedia(each));
  effect(() => showTheme(app, light));
  light.addEventListener("change", () => showTheme(app, light));
  for (const each of others) each.addEventListener("change", () => app.canvas?.surface.recolour());
  let isFirst = true;
  effect(() => {
    const wanted = app.settings.get("language");
    if (!isFirst) useLanguage(wanted === "system" ? navigator.language : wanted);
    isFirst = false;
  });
  effect(() => {
    language.value;
    // nodes are plain elements, which do not follow the language by themselves
    app.canvas?.surface.mounting.clear();
    app.canvas?.surface.invalidate("nodes");
  });
}

/** @param {App} app @param {MediaQueryList} light */
function showTheme(app, light) {
  const chosen = app.settings.get("theme");
  const theme = chosen === "system" ? (light.matches ? "light" : "dark") : chosen;
  document.documentElement.dataset.theme = theme;
  app.canvas?.surface.recolour();
}
