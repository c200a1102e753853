// @ts-check
import { signal } from "@preact/signals-core";
import { expect, it } from "vitest";
import { Following } from "../../app/form/following.js";
import { Runs } from "../../app/state/runs.js";
import { Tab } from "../../app/state/tab.js";

function appWith() {
  const runs = new Runs(() => "");
  const queue = { jobs: signal([]), ended: signal([]) };
  return /** @type {any} */ ({ runs, queue, running: { tabs: { tabOf: () => undefined } } });
}

const tab = () =>
  new Tab({ format: "sfumato", version: 1, nodes: { 1: { type: "PreviewAny" }, 2: { type: "PreviewAny" } } });

it("a form follows the texts that a run shows", () => {
  const app = appWith();
  const own = tab();
  const following = new Following(app, own);
  app.runs.tell(`${own.id}/1`, { texts: ["a picture of 128"] });
  app.runs.tell(`${own.id}/2`, { texts: ["seed 7"] });
  app.runs.tell("another/1", { texts: ["not here"] });

  expect(following.texts.value).toEqual(["a picture of 128", "seed 7"]);
});

it("a form that is opened after a run shows what it has said", () => {
  const app = appWith();
  const own = tab();
  app.runs.tell(`${own.id}/1`, { texts: ["seed 7"] });

  expect(new Following(app, own).texts.value).toEqual(["seed 7"]);
});
