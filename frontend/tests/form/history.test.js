// @ts-check
import { signal } from "@preact/signals-core";
import { expect, it } from "vitest";
import { FormHistory } from "../../app/form/history.js";
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
