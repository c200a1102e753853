// @ts-check
import { signal } from "@preact/signals-core";
import { expect, it } from "vitest";
import { FormHistory, takeValues } from "../../app/form/history.js";
import { Tab } from "../../app/state/tab.js";

it("an answer that comes after that of a later question does not count", async () => {
  const tab = new Tab(
    { format: "sfumato", version: 1, title: "A", id: "own", nodes: {} },
    { id: "tab", name: "a" },
  );
  const job = { id: "new", created: 1, title: "A", workflow: "own", outputs: [] };
  /** @type {((found: unknown) => void)[]} */
  const answers = [];
  const get = () => new Promise((answer) => answers.push(answer));
  const app = /** @type {any} */ ({
    api: { get },
    queue: { ended: signal([]) },
    pictures: { gone: signal(new Set()) },
  });
  const history = new FormHistory(app, tab);
  const later = history.load();
  for (const answer of answers.slice(2)) answer({ items: [job] });
  await later;
  const known = history.jobs.value;

  for (const answer of answers.slice(0, 2)) answer({ items: [] });
  await new Promise((done) => setTimeout(done));

  expect(known.length).toBe(1);
  expect(history.jobs.value).toBe(known);
});

/** A workflow with one field, and what takes the values of a run of it. */
function withField() {
  const tab = new Tab({
    format: "sfumato",
    version: 1,
    title: "",
    nodes: { 1: { type: "Load", values: { seed: 1 } } },
    inputs: [{ name: "seed", targets: [["1", "seed"]] }],
  });
  const spec = { id: "Load", version: 1, title: "Load", inputs: [{ name: "seed", widget: { kind: "int" } }] };
  const then = { ...tab.store.document, nodes: { 1: { type: "Load", values: { seed: 7 } } } };
  const app = /** @type {any} */ ({
    api: { get: () => Promise.resolve(then) },
    schema: { peek: () => new Map([["Load", spec]]) },
    types: { of: () => Promise.resolve() },
  });
  const take = () => takeValues(app, tab, /** @type {any} */ ({ id: "job", values: {} }));
  return { tab, take, seed: () => tab.store.document.nodes[1].values?.seed };
}

it("values that were taken from a run are given back", async () => {
  const { take, seed } = withField();
  const undo = await take();
  expect(seed()).toBe(7);

  undo?.();

  expect(seed()).toBe(1);
});

it("giving back values that were taken takes no later edit away", async () => {
  const { tab, take, seed } = withField();
  const undo = await take();
  tab.store.commit("edit.title", [{ path: ["title"], value: "later" }]);

  undo?.();

  expect(tab.store.document.title).toBe("later");
  expect(seed()).toBe(7);
});
