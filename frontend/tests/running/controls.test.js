// @ts-check
// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { controlledValues, drawn, nextValue } from "../../app/model/controls.js";
import { schemaOf } from "../../app/model/schema.js";
import { Tab } from "../../app/state/tab.js";
import { UsedValues } from "../../app/state/used-values.js";
import { randomFrom } from "../random.js";

const MOST = 2n ** 64n - 1n;
const seed = /** @type {const} */ ({ kind: "int", min: 0, max: String(MOST), control: true, default: 0 });

const SCHEMA = schemaOf([
  {
    id: "Sample",
    version: 1,
    title: "Sample",
    inputs: [
      { name: "seed", label: "seed", type: "INT", widget: { ...seed } },
      { name: "mode", label: "mode", type: "COMBO", widget: { kind: "choice", choices: ["a", "b", "c"] } },
    ],
  },
]);

/** @param {Record<string, string>} controls @param {Record<string, unknown>} values */
const document = (controls, values = { seed: "7" }) => ({
  format: "sfumato",
  version: 1,
  title: "",
  nodes: { 5: { type: "Sample", values, controls } },
});

const storage = () => {
  /** @type {Map<string, string>} */
  const kept = new Map();
  return {
    getItem: (/** @type {string} */ key) => kept.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => void kept.set(key, value),
  };
};

describe("the next value", () => {
  it("goes up and down by one, without losing a digit of 64 bits", () => {
    expect(nextValue("18446744073709551614", "increment", seed)).toBe("18446744073709551615");
    expect(nextValue("18446744073709551615", "decrement", seed)).toBe("18446744073709551614");
    expect(nextValue(9007199254740991, "increment", seed)).toBe("9007199254740992");
    expect(nextValue(7, "increment", seed)).toBe(8);
    expect(nextValue("7", "increment", seed)).toBe("8");
  });

  it("goes on at the other end", () => {
    expect(nextValue(String(MOST), "increment", seed)).toBe("0");
    expect(nextValue("0", "decrement", seed)).toBe(String(MOST));
  });

  it("up and down are inverses anywhere within the range", () => {
    const random = randomFrom(3);
    for (let round = 0; round < 300; round += 1) {
      const value = String(BigInt(Math.floor(random() * 2 ** 53)) * BigInt(1 + Math.floor(random() * 2047)));
      expect(nextValue(nextValue(value, "increment", seed), "decrement", seed)).toBe(value);
    }
  });

  it("a random one is within the range and on a step", () => {
    const widget = /** @type {const} */ ({ kind: "int", min: 8, max: 64, step: 8 });
    for (let round = 0; round < 200; round += 1) {
      const value = Number(nextValue(8, "randomize", widget));
      expect(value >= 8 && value <= 64 && value % 8 === 0).toBe(true);
    }
    for (let round = 0; round < 200; round += 1) {
      const value = drawn(MOST);
      expect(value >= 0n && value <= MOST).toBe(true);
    }
  });

  it("choices go round, fractions go by their step", () => {
    const choice = /** @type {const} */ ({ kind: "choice", choices: ["a", "b", "c"] });
    expect(nextValue("c", "increment", /** @type {any} */ (choice))).toBe("a");
    expect(nextValue(0.3, "increment", { kind: "float", min: 0, max: 1, step: 0.1 })).toBe(0.4);
  });
});

it("only values that are not fixed and not linked change", () => {
  const changed = controlledValues(document({ seed: "randomize", mode: "fixed" }), SCHEMA);
  expect(changed.map((each) => each.name)).toEqual(["5.seed"]);

  const linked = document({ seed: "randomize" });
  linked.nodes[5] = { ...linked.nodes[5], .../** @type {any} */ ({ links: { seed: ["1", 0, "INT"] } }) };
  expect(controlledValues(linked, SCHEMA)).toEqual([]);
});

describe("runs of a tab", () => {
  /** @param {UsedValues} used @param {Tab} tab @param {number} [count] */
  function run(used, tab, count = 1) {
    const { runs } = used.next(tab, SCHEMA, count);
    const last = runs[runs.length - 1];
    tab.store.adjust(last);
    used.remember(tab.id, last);
    return runs.map((each) => each[0].value);
  }

  it("the first run takes what is seen, the next one changes it, and what is seen is what ran", () => {
    const tab = new Tab(document({ seed: "increment" }));
    const used = new UsedValues(storage());

    const ran = [run(used, tab), run(used, tab), run(used, tab)];

    expect(ran).toEqual([["7"], ["8"], ["9"]]);
    expect(tab.store.document.nodes[5].values?.seed).toBe("9");
  });

  it("what is typed is run as it is", () => {
    const tab = new Tab(document({ seed: "increment" }));
    const used = new UsedValues(storage());
    run(used, tab);
    tab.store.commit("edit.value", [{ path: ["nodes", "5", "values", "seed"], value: 100 }]);

    expect(run(used, tab)).toEqual([100]);
    expect(run(used, tab)).toEqual([101]);
  });

  it("several runs at once have a value each", () => {
    const tab = new Tab(document({ seed: "decrement" }, { seed: 10 }));
    const used = new UsedValues(storage());

    expect(run(used, tab, 3)).toEqual([10, 9, 8]);
    expect(run(used, tab, 2)).toEqual([7, 6]);
  });

  it("the used value is no entry of the history", () => {
    const tab = new Tab(document({ seed: "randomize" }));
    const used = new UsedValues(storage());

    run(used, tab, 5);

    expect(tab.store.history.done).toEqual([]);
  });

  it("a reload does not run the same again", () => {
    const kept = storage();
    const tab = new Tab(document({ seed: "increment" }));
    run(new UsedValues(kept), tab);

    expect(run(new UsedValues(kept), tab)).toEqual(["8"]);
  });
});
