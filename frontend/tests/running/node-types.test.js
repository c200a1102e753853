// @ts-check
import { signal } from "@preact/signals-core";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { emptyDocument } from "../../app/model/document.js";
import { schemaOf, specOf } from "../../app/model/schema.js";
import { useNodeWords } from "../../app/node-words.js";
import { NodeTypes, start } from "../../app/start/node-types.js";
import { GraphPlace } from "../../app/state/graph-place.js";
import { tellExtensions } from "../../app/state/messages.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const THERE = ["Load", "Mix", "Show"];

/** @param {...string} types */
const using = (...types) => ({
  ...emptyDocument(),
  nodes: Object.fromEntries(types.map((type, index) => [String(index), { type }])),
});

/** @param {string[]} [packs]  how far they are, answer by answer, the last one from then on */
function appWith(packs = ["ready"]) {
  const get = vi.fn(async (/** @type {string} */ path) => {
    const names = new URLSearchParams(path.split("?")[1]).getAll("types");
    const found = THERE.filter((each) => !names.length || names.includes(each));
    return {
      packs: packs.length > 1 ? packs.shift() : packs[0],
      nodes: found.map((id) => ({ id, title: id })),
    };
  });
  const schema = signal(schemaOf([], new Set()));
  const app = /** @type {any} */ ({ api: { get }, schema, graph: new GraphPlace() });
  app.types = new NodeTypes(app);
  const asked = () => get.mock.calls.map(([path]) => path);
  return { app, get, asked };
}

/** @param {any} app @param {string} type */
const isMissing = (app, type) => Boolean(specOf(app.schema.value, emptyDocument(), { type }).is_missing);

it("that a document uses at any level are asked for by name, each once", async () => {
  const { app, asked } = appWith();
  const inner = { nodes: { 1: { type: "Mix" } } };
  const document = { ...using("Load", "Load", "subgraph:a"), subgraphs: { a: inner } };
  await app.types.of(/** @type {any} */ (document));
  await app.types.of(using("Show", "Mix"));

  expect(asked()).toEqual(["nodes?types=Load&types=Mix", "nodes?types=Show"]);
  expect([...app.schema.value.keys()]).toEqual(["Load", "Mix", "Show"]);
});

it("are called anew when the language changes, without being asked for again", async () => {
  vi.stubGlobal("fetch", async () => ({
    ok: true,
    json: async () => ({ titles: { Load: "加载" }, categories: {} }),
  }));
  const { app, get } = appWith();
  await app.types.all();
  await useNodeWords("zh-CN");
  app.types.rename();
  const title = app.schema.value.get("Load")?.title;
  await useNodeWords("en");
  app.types.rename();
  vi.unstubAllGlobals();

  expect([title, app.schema.value.get("Load")?.title]).toEqual(["加载", "Load"]);
  expect(get).toHaveBeenCalledOnce();
});

it("are not asked for by a document without nodes", async () => {
  const { app, get } = appWith();
  await app.types.of(emptyDocument());

  expect(get).not.toHaveBeenCalled();
});

it("come with the document that is opened, and all when somebody is there", async () => {
  const { app, asked } = appWith();
  await start(app, async () => {
    app.tab = { store: { document: using("Load") } };
  });
  expect(asked()).toEqual(["nodes?types=Load"]);

  app.graph.wantHands();
  app.graph.wantHands();
  await app.types.all();
  await app.types.of(using("New"));

  expect(asked()).toEqual(["nodes?types=Load", "nodes"]);
  expect([...app.schema.value.keys()]).toEqual(THERE);
});

it("whose names are too many for an address are all asked for", async () => {
  const { app, asked } = appWith();
  await app.types.of(using(...Array.from({ length: 500 }, (_, index) => `TypeNumber${index}`)));

  expect(asked()).toEqual(["nodes"]);
});

it("are missing when they were asked for and nobody has them, not before", async () => {
  const { app } = appWith();
  await app.types.of(using("Load", "Gone"));
  expect(["Gone", "Later"].map((each) => isMissing(app, each))).toEqual([true, false]);

  await app.types.all();
  expect(isMissing(app, "Later")).toBe(true);
});

it("are not missing while packs are loaded, and are when that does not end", async () => {
  const { app } = appWith(["loading"]);
  await Promise.all([app.types.of(using("Gone")), app.types.all()]);
  expect(isMissing(app, "Gone")).toBe(false);

  await vi.advanceTimersByTimeAsync(60_000);
  expect(isMissing(app, "Gone")).toBe(true);
});

it("that come late by name do not replace all", async () => {
  const { app, get } = appWith();
  let answer = (/** @type {any} */ _) => {};
  get.mockReturnValueOnce(
    new Promise((resolve) => {
      answer = resolve;
    }),
  );
  const named = app.types.of(using("Load"));
  await app.types.all();
  answer({ packs: "ready", nodes: [{ id: "Load", title: "old" }] });
  await named;

  expect([...app.schema.value.keys()]).toEqual(THERE);
});

it("are asked for once when packs have theirs ready", async () => {
  const { app, get } = appWith();
  await app.types.all();
  await vi.advanceTimersByTimeAsync(60_000);

  expect(get).toHaveBeenCalledTimes(1);
});

it("are asked for again until packs have theirs ready", async () => {
  const { app, get } = appWith(["loading", "late", "ready"]);
  await app.types.all();
  const before = app.schema.value;
  await vi.advanceTimersByTimeAsync(60_000);

  expect(get).toHaveBeenCalledTimes(3);
  expect(app.schema.value).not.toBe(before);
});

it("are asked for again when the server did not answer, and nobody waits for that", async () => {
  const { app, get } = appWith();
  get.mockRejectedValueOnce(new Error("unreachable"));
  await app.types.all();
  expect(app.schema.value.size).toBe(0);
  await vi.advanceTimersByTimeAsync(60_000);

  expect(get).toHaveBeenCalledTimes(2);
  expect(app.schema.value.size).toBe(3);
});

it("are asked for anew, as they were, when packs change", async () => {
  const { app, asked } = appWith();
  await start(app, async () => {
    app.tab = { store: { document: using("Load") } };
  });
  tellExtensions(/** @type {any} */ ({ type: "packs_changed" }));
  await vi.advanceTimersByTimeAsync(0);

  expect(asked()).toEqual(["nodes?types=Load", "nodes?types=Load"]);
});
