// @ts-check
import { describe, expect, it } from "vitest";
import { controlFor } from "../../app/form/control.js";
import { controlOf } from "../../app/state/control.js";
import { Tab } from "../../app/state/tab.js";

const INPUT = /** @type {any} */ ({ name: "image", type: "COMBO", widget: { kind: "choice", default: "" } });
const EXPOSED = { name: "image", targets: /** @type {[string, string][]} */ ([["1", "image"]]) };

const tabWith = (/** @type {string} */ image) =>
  new Tab({
    format: "sfumato",
    version: 1,
    title: "",
    nodes: { 1: { type: "LoadImage", values: { image } } },
    inputs: [EXPOSED],
  });

const inForm = (/** @type {any} */ app) =>
  controlFor(app, {
    exposed: EXPOSED,
    input: INPUT,
    nodeId: "1",
    label: "Image",
    help: "",
    value: "",
    control: "fixed",
    isLinked: false,
  });

describe.each([
  ["a widget of a node", (/** @type {any} */ app) => controlOf(app, "1", INPUT)],
  ["a field of a form", inForm],
])("%s", (_, make) => {
  it("writes into the tab that it was made for, whichever is shown by then", () => {
    const [own, other] = [tabWith("a.png"), tabWith("b.png")];
    const app = { tab: own };
    const control = make(app);
    app.tab = other;

    control.set("late.png");

    expect(own.store.document.nodes[1].values).toEqual({ image: "late.png" });
    expect(other.store.document.nodes[1].values).toEqual({ image: "b.png" });
  });

  it("makes no node of one that is gone", () => {
    const tab = tabWith("a.png");
    const control = make({ tab });
    tab.store.commit("", [{ path: ["nodes", "1"], value: undefined }]);
    const before = tab.store.document;

    control.set("late.png");
    control.control.set("randomize");

    expect(tab.store.document).toBe(before);
    expect(control.get()).toBe("");
  });
});
