// @ts-check
import { readFileSync } from "node:fs";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { t, useLanguage } from "../../app/i18n.js";

const folder = new URL("../../locales/", import.meta.url);

beforeEach(() => {
  vi.stubGlobal("document", { documentElement: {} });
  vi.stubGlobal("fetch", async (/** @type {URL} */ { pathname }) => {
    const text = readFileSync(new URL(String(pathname.split("/").at(-1)), folder), "utf8");
    return { json: async () => JSON.parse(text) };
  });
});

describe("texts with numbers", () => {
  it("count one and many in English", async () => {
    await useLanguage("en");

    expect(t("queue.runs", { count: 1 })).toBe("1 run");
    expect(t("queue.runs", { count: 0 })).toBe("0 runs");
    expect(t("say.runs", { count: 1 })).toBe("1 runs again");
  });

  it("write long numbers as the language does, and short ones as they are typed", async () => {
    await useLanguage("en");

    expect(t("gallery.count", { count: 12345 })).toBe("12,345 pictures");
    expect(t("form.step", { name: "KSampler", step: 1000, steps: 2000 })).toContain("1000 of 2000");
  });

  it("leave words that were put in as they are", async () => {
    await useLanguage("en");

    expect(t("save.saved", { name: "{count} 1" })).toBe("Saved as {count} 1");
  });

  it("need no forms in Chinese", async () => {
    await useLanguage("zh-CN");

    expect(t("queue.runs", { count: 1 })).not.toMatch(/\||\{/);
  });
});
