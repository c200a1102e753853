// @ts-check
import { describe, expect, it } from "vitest";
import { formGroups, hasForm, isWide } from "../../app/form/fields.js";
import { schemaOf } from "../../app/model/schema.js";

const schema = schemaOf([
  {
    id: "Sample",
    version: 1,
    title: "Sample",
    inputs: [
      {
        name: "seed",
        label: "seed",
        type: "INT",
        tooltip: "Chance.",
        widget: { kind: "int", default: 4, control: true },
      },
      { name: "steps", label: "steps", type: "INT", widget: { kind: "int", default: 20 } },
    ],
  },
]);
/** @type {import("../../app/model/document.js").WorkflowDocument} */
const document = {
  format: "sfumato",
  version: 1,
  nodes: {
    1: { type: "Sample", values: { seed: "9" }, links: { steps: ["2", 0] }, controls: { seed: "increment" } },
  },
  inputs: [
    { name: "seed", targets: [["1", "seed"]], group: "B" },
    { name: "steps", targets: [["1", "steps"]], label: "Rounds", description: "Often.", group: "A" },
    { name: "gone", targets: [["7", "text"]], group: "B" },
  ],
};

describe("the form of a workflow", () => {
  it("has groups in the order of their first inputs", () => {
    const groups = formGroups(document, schema);

    expect(groups.map(({ title, fields }) => [title, fields.map((each) => each.exposed.name)])).toEqual([
      ["B", ["seed", "gone"]],
      ["A", ["steps"]],
    ]);
  });

  it("says what each field is called, has, and is for", () => {
    const [[seed, gone], [steps]] = formGroups(document, schema).map((each) => each.fields);

    expect(seed).toMatchObject({
      label: "seed",
      help: "Chance.",
      value: "9",
      control: "increment",
      isLinked: false,
    });
    expect(steps).toMatchObject({ label: "Rounds", help: "Often.", value: 20, isLinked: true });
    expect(gone).toMatchObject({ label: "gone", input: null });
    expect([seed, gone, steps].map(isWide)).toEqual([true, true, true]);
  });

  it("is there when something is exposed", () => {
    expect(hasForm(document)).toBe(true);
    expect(hasForm({ ...document, inputs: [] })).toBe(false);
  });
});
