// @ts-check
// @vitest-environment happy-dom
import { html, render } from "htm/preact";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import Dialog, { ask, confirm, prompt } from "../../app/ui/dialog.js";
import { Overlays } from "../../app/ui/overlays.js";

/** @type {any} */
let app;
/** @type {HTMLElement} */
let host;

/** Draw what is open, as the window does. */
function draw() {
  const shown = app.overlays.open.value.map(
    (/** @type {any} */ overlay) =>
      html`<${Dialog} key=${overlay.kind} app=${app} overlay=${overlay} close=${() => app.overlays.close("dialog")} />`,
  );
  render(html`<div>${shown}</div>`, host);
}

const settled = () => new Promise((done) => setTimeout(done));
const button = (/** @type {string} */ label) =>
  /** @type {HTMLButtonElement} */ (
    [...host.querySelectorAll("button")].find((each) => each.textContent === label)
  );

beforeEach(() => {
  host = document.createElement("div");
  document.body.append(host);
  app = { overlays: new Overlays() };
  app.overlays.open.subscribe(draw);
});
afterEach(() => {
  render(html`<i></i>`, host);
  host.remove();
});

describe("a dialog", () => {
  it("answers what was pressed", async () => {
    const answer = confirm(app, { title: "Delete it?", action: "Delete", isDangerous: true });
    await settled();

    button("Delete").click();

    expect(await answer).toBe(true);
    expect(app.overlays.open.value).toEqual([]);
  });

  it("begins with the way back where the other one is dangerous", async () => {
    confirm(app, { title: "Delete it?", action: "Delete", isDangerous: true });
    await settled();
    expect(button("dialog.cancel").hasAttribute("autofocus")).toBe(true);
    expect(button("Delete").hasAttribute("autofocus")).toBe(false);
    app.overlays.close();

    confirm(app, { title: "Run it?", action: "Run" });
    await settled();
    expect(button("Run").hasAttribute("autofocus")).toBe(true);
  });

  it("is no by its other button", async () => {
    const answer = confirm(app, { title: "Delete it?", action: "Delete" });
    await settled();

    button("dialog.cancel").click();

    expect(await answer).toBe(false);
  });

  it("answers nothing when it is closed from elsewhere", async () => {
    const answer = ask(app, { title: "Well?" });
    await settled();

    app.overlays.close();

    expect(await answer).toBeNull();
  });

  it("gives up a question for the next one", async () => {
    const first = ask(app, { title: "One?" });
    await settled();
    const second = confirm(app, { title: "Two?", action: "Yes" });
    await settled();

    button("Yes").click();

    expect(await first).toBeNull();
    expect(await second).toBe(true);
  });

  it("answers what was typed", async () => {
    const answer = prompt(app, { title: "Name", label: "Name", value: "old", action: "Rename" });
    await settled();
    const field = /** @type {HTMLInputElement} */ (host.querySelector("input"));
    field.value = "new";

    button("Rename").click();

    expect(await answer).toBe("new");
  });

  it("reads fields by their kinds", async () => {
    const answer = ask(app, {
      title: "Form",
      fields: [
        { name: "count", label: "Count", kind: "number", value: 3 },
        { name: "all", label: "All", kind: "check", value: true },
        {
          name: "way",
          label: "Way",
          kind: "choice",
          value: "b",
          choices: [
            { value: "a", label: "A" },
            { value: "b", label: "B" },
          ],
        },
      ],
    });
    await settled();

    button("dialog.ok").click();

    expect(await answer).toEqual({ action: "ok", values: { count: 3, all: true, way: "b" } });
  });
});
