// @ts-check
// @vitest-environment happy-dom
import { html, render } from "htm/preact";
import { afterEach, expect, it, vi } from "vitest";
import { ExposedList } from "../../app/panels/inspector/exposed.js";
import { Tab } from "../../app/state/tab.js";

const host = document.createElement("div");
document.body.append(host);
afterEach(() => render(html`<i></i>`, host));

it("what sets several nodes is shown in the form no longer by one press", () => {
  const tab = new Tab({
    format: "sfumato",
    version: 1,
    title: "",
    nodes: { 1: { type: "Load" }, 2: { type: "Load" } },
    inputs: [
      {
        name: "seed",
        targets: [
          ["1", "seed"],
          ["2", "seed"],
        ],
      },
    ],
  });
  render(html`<${ExposedList} app=${{ say: vi.fn() }} tab=${tab} />`, host);

  /** @type {HTMLElement} */ ([...host.querySelectorAll(".exposed-foot button")].at(-1)).click();

  expect(tab.store.document.inputs).toEqual([]);
});
