// @ts-check
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { inOwnWords } from "../../app/files/bundled-texts.js";
import { language, useLanguage } from "../../app/i18n.js";
import { followLanguage } from "../../app/start/documents.js";
import { Tab } from "../../app/state/tab.js";
import { Workspace } from "../../app/state/workspace.js";

const WORDS = { "Text to image": "文生图", Prompt: "提示词" };
const BUNDLED = {
  format: "sfumato",
  version: 1,
  title: "Text to image",
  nodes: { 2: { type: "CLIPTextEncode", title: "Prompt", values: { text: "Prompt" } } },
};
let stop = () => {};

beforeEach(() => {
  vi.stubGlobal("document", { documentElement: {} });
  vi.stubGlobal("fetch", async (/** @type {URL} */ address) => {
    const isOurs = String(address).endsWith("workflows/zh-CN.json");
    return { ok: true, json: async () => (isOurs ? WORDS : { titles: {}, categories: {} }) };
  });
});
afterEach(async () => {
  stop();
  await useLanguage("en");
  vi.unstubAllGlobals();
});

/** @param {{ name?: string }} [about] */
async function opened(about) {
  const workspace = new Workspace();
  const { document, spoken } = await inOwnWords(BUNDLED);
  const tab = workspace.open(new Tab(document, { spoken, ...about }));
  stop = followLanguage(workspace);
  return tab;
}

/** @param {string} wanted */
async function speak(wanted) {
  await useLanguage(wanted);
  await vi.waitFor(() => expect(language.value).toBe(wanted));
  // the module that retells comes with the first tab that needs it
  await import("../../app/files/retelling.js");
  await new Promise((done) => setTimeout(done));
}

it("an open copy of a bundled workflow follows the language, there and back, and is as unchanged as before", async () => {
  const tab = await opened();
  await speak("zh-CN");

  expect([tab.title.value, tab.store.document.nodes[2].title]).toEqual(["文生图", "提示词"]);
  expect(tab.isChanged.value).toBe(false);
  await speak("en");
  expect(tab.store.document).toEqual(BUNDLED);
});

it("what a person has written, and what nodes are given, is not translated", async () => {
  const tab = await opened();
  tab.store.commit("edit.title", [{ path: ["title"], value: "Mine" }]);
  await speak("zh-CN");

  expect(tab.title.value).toBe("Mine");
  expect(tab.store.document.nodes[2]).toMatchObject({ title: "提示词", values: { text: "Prompt" } });
  tab.store.undo();
  expect(tab.store.history.done).toEqual([]);
});

it("a saved copy is the person's", async () => {
  const tab = await opened({ name: "mine" });
  await speak("zh-CN");

  expect(tab.store.document).toEqual(BUNDLED);
});
