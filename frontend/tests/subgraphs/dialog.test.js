// @ts-check
// @vitest-environment happy-dom
import { html, render } from "htm/preact";
import { expect, it } from "vitest";
import { schemaOf } from "../../app/model/schema.js";
import { Tab } from "../../app/state/tab.js";
import SubgraphDialog from "../../app/ui/subgraph-dialog.js";

it("a label that is taken away does not come back while one types", async () => {
  const inner = {
    nodes: { 1: { type: "Load" } },
    inputs: [{ name: "seed", label: "Chance", targets: [["1", "seed"]] }],
  };
  const tab = new Tab(
    /** @type {any} */ ({ format: "sfumato", version: 1, nodes: {}, subgraphs: { a: inner } }),
  );
  const app = /** @type {any} */ ({ tab, schema: { value: schemaOf([]) } });
  const host = document.body.appendChild(document.createElement("div"));
  const overlay = /** @type {any} */ ({ given: { id: "a" } });
  render(html`<${SubgraphDialog} app=${app} overlay=${overlay} close=${() => {}} />`, host);
  const field = /** @type {HTMLInputElement} */ (host.querySelector(".subgraph-row input"));
  expect(field.value).toBe("Chance");

  field.value = "";
  field.dispatchEvent(new Event("input", { bubbles: true }));
  await new Promise((done) => setTimeout(done, 20));

  expect(tab.store.document.subgraphs?.a.inputs?.[0].label).toBeUndefined();
  expect([field.value, field.placeholder]).toEqual(["", "seed"]);
});
