// @ts-check
/** Texts can be read on everything that they stand on, in both themes: 4.5 to 1; what is not text, 3 to 1. */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const css = readFileSync(new URL("../../styles/tokens.css", import.meta.url), "utf8");

/** @param {string} selector @returns {Record<string, string>} */
function tokensOf(selector) {
  const start = css.indexOf(`${selector} {`);
  const block = css.slice(start, css.indexOf("\n}", start));
  return Object.fromEntries(
    [...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})(?:fe)?\s*;/gi)].map((each) => [each[1], each[2]]),
  );
}

const dark = tokensOf(":root");
const light = { ...dark, ...tokensOf(':root[data-theme="light"]') };
const THEMES = { dark, light };

/** @param {string} colour  `#rrggbb` @returns {number} relative luminance, WCAG 2 */
function luminance(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** @param {string} a @param {string} b */
function contrast(a, b) {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

const GROUNDS = [
  "surface",
  "panel",
  "panel-raised",
  "field",
  "node",
  "node-header",
  "hover",
  "pill",
  "pill-hover",
];
const TEXTS = ["text", "text-soft", "text-faint"];
const SIGNS = ["good", "warn", "bad", "accent"];

describe.each(/** @type {("dark" | "light")[]} */ (["dark", "light"]))("%s", (name) => {
  const theme = THEMES[name];
  const pairs = TEXTS.flatMap((text) => GROUNDS.map((ground) => [text, ground]));

  it.each(pairs)("%s on %s", (text, ground) => {
    expect(contrast(theme[text], theme[ground])).toBeGreaterThanOrEqual(4.5);
  });

  it.each(SIGNS.flatMap((sign) => ["panel", "panel-raised", "node"].map((ground) => [sign, ground])))(
    "%s on %s",
    (sign, ground) => {
      expect(contrast(theme[sign], theme[ground])).toBeGreaterThanOrEqual(4.5);
    },
  );

  it("steps and the cached mark in a header", () => {
    expect(contrast(theme.running, theme["node-header"])).toBeGreaterThanOrEqual(4.5);
    expect(contrast(theme.done, theme["node-header"])).toBeGreaterThanOrEqual(3);
  });

  it("buttons of the accent", () => {
    expect(contrast(theme["on-accent"], theme.accent)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(theme["on-accent"], theme.bad)).toBeGreaterThanOrEqual(4.5);
  });

  it("the selection", () => {
    expect(contrast(theme.text, theme.selection)).toBeGreaterThanOrEqual(4.5);
  });

  it.each(Object.keys(dark).filter((each) => each.startsWith("type-")))("sockets and links of %s", (type) => {
    for (const ground of ["surface", "node"])
      expect(contrast(theme[type], theme[ground])).toBeGreaterThanOrEqual(3);
  });
});
