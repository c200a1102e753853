// @ts-check
// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { byRole, mounted, press, type } from "./mounting.js";

const INT = /** @type {const} */ ({ kind: "int", default: 20, min: 1, max: 100, step: 1 });

describe("a number", () => {
  it("is a spin button with its name, bounds and value", () => {
    const { host } = mounted(INT, 20, { name: "steps" });
    const field = byRole(host, "spinbutton", "steps");
    field.focus();

    expect(["now", "min", "max"].map((each) => field.getAttribute(`aria-value${each}`))).toEqual([
      "20",
      "1",
      "100",
    ]);
  });

  it("takes a sum when Enter is pressed, as one edit", () => {
    const { host, state } = mounted(INT, 20);
    const field = byRole(host, "spinbutton");
    field.focus();
    type(field, "(3+4)*2");
    expect(state.edits).toEqual([]);
    press(field, "Enter");

    expect(state.edits).toEqual([{ value: 14, isTyping: false }]);
  });

  it("takes what is typed when the focus goes, and before a command's keys", () => {
    const { host, state } = mounted(INT, 20);
    const field = byRole(host, "spinbutton");
    field.focus();
    type(field, "30");
    press(field, "Enter", { ctrlKey: true });
    expect(state.value).toBe(30);
    type(field, "40");
    field.blur();
    expect(state.value).toBe(40);
  });

  it("is as before after Escape", () => {
    const { host, state } = mounted(INT, 20);
    const field = byRole(host, "spinbutton");
    field.focus();
    type(field, "30");
    press(field, "Escape");

    expect(field.value).toBe("20");
    expect(state.edits).toEqual([]);
  });

  it("does not lose what is typed when its node is drawn again", () => {
    const { host, row } = mounted(INT, 20);
    const field = byRole(host, "spinbutton");
    field.focus();
    type(field, "3");
    row.update();

    expect(field.value).toBe("3");
  });

  it("takes what is half typed when its view is taken away", async () => {
    const { host, row, state } = mounted(INT, 20);
    const field = byRole(host, "spinbutton");
    field.focus();
    type(field, "30");
    row.destroy?.();
    host.replaceChildren();
    await Promise.resolve();

    expect(state.edits).toEqual([{ value: 30, isTyping: false }]);
  });

  it("gathers steps of keys into one entry", () => {
    const { host, state } = mounted(INT, 20);
    const field = byRole(host, "spinbutton");
    field.focus();
    press(field, "ArrowUp");
    press(field, "ArrowUp", { ctrlKey: true });

    expect(state.edits).toEqual([
      { value: 21, isTyping: true },
      { value: 31, isTyping: true },
    ]);
  });

  it("is stepped by the wheel while it has the focus only", () => {
    const { host, state } = mounted(INT, 20);
    const field = byRole(host, "spinbutton");
    const turn = () =>
      field.dispatchEvent(new WheelEvent("wheel", { deltaY: -1, bubbles: true, cancelable: true }));
    turn();
    expect(state.value).toBe(20);
    field.focus();
    turn();
    expect(state.value).toBe(21);
  });

  it("shows how full a slider is", () => {
    const { host } = mounted({ ...INT, min: 0, display: "slider" }, 25);

    expect(/** @type {HTMLElement} */ (host.querySelector(".pill")).style.getPropertyValue("--share")).toBe(
      "25%",
    );
  });
});

describe("a seed", () => {
  const SEED = /** @type {const} */ ({
    kind: "int",
    default: 0,
    min: 0,
    max: "18446744073709551615",
    control: true,
  });

  it("is another one when the die is pressed", () => {
    const { host, state } = mounted(SEED, "7", { name: "seed" });
    byRole(host, "button", "widget.dice").click();

    expect(state.value).not.toBe("7");
    expect(BigInt(/** @type {string} */ (state.value))).toBeLessThan(1n << 64n);
  });

  it("says what a run does to it", () => {
    const { host, state } = mounted(SEED, "7", { name: "seed" });
    byRole(host, "button", "widget.control").click();
    const { given } = state.overlays[0];
    expect(given.items().map((/** @type {any} */ each) => each.value)).toContain("randomize");
    given.onPick("randomize");

    expect(state.after).toBe("randomize");
  });
});

describe("a choice", () => {
  const CHOICE = /** @type {any} */ ({ kind: "choice", choices: ["a", "b", "c"], default: "a" });

  it("opens its list by pointer, keys and letters", () => {
    const { host, state } = mounted(CHOICE, "a", { name: "which" });
    const field = byRole(host, "combobox", "which");
    press(field, "b");
    expect(state.overlays[0].given.text).toBe("b");
    expect(field.getAttribute("aria-expanded")).toBe("true");
    state.overlays.pop().given.onGone();
    press(field, "Enter");
    expect(state.overlays[0].given.text).toBe("");
    field.click();
    expect(state.overlays).toEqual([]);
  });

  it("goes to the next one by an arrow", () => {
    const { host, state } = mounted(CHOICE, "b");
    press(byRole(host, "combobox"), "ArrowRight");
    press(byRole(host, "combobox"), "ArrowRight");

    expect(state.value).toBe("c");
  });

  it("keeps a value that is not there, marked", () => {
    const { host, state } = mounted(CHOICE, "gone");
    const field = byRole(host, "combobox");
    expect(field.textContent).toContain("gone");
    expect(field.getAttribute("aria-invalid")).toBe("true");
    field.click();

    expect(state.overlays[0].given.items()[0]).toMatchObject({ value: "gone", isMissing: true });
  });
});

describe("several choices", () => {
  const MANY = /** @type {any} */ ({ kind: "choice", many: true, choices: ["a", "b", "c"], default: [] });

  it("are kept in the order of the choices", () => {
    const { host, state } = mounted(MANY, ["c"]);
    byRole(host, "combobox").click();
    state.overlays[0].given.onPick(["c", "a"]);

    expect(state.value).toEqual(["a", "c"]);
    expect(host.textContent).toContain("a, c");
  });
});

describe("a switch", () => {
  it("is turned by a press and by Space, and says its word", () => {
    const { host, state } = mounted(
      { kind: "bool", default: false, label_on: "yes", label_off: "no" },
      false,
    );
    const field = byRole(host, "switch", "value");
    expect([field.getAttribute("aria-checked"), host.textContent]).toEqual(["false", "valueno"]);
    field.click();
    press(field, " ");
    press(field, " ");

    expect(state.value).toBe(true);
    expect(host.textContent).toBe("valueyes");
  });
});

describe("a text", () => {
  it("is written as it is typed, gathered into one entry", () => {
    const { host, state } = mounted({ kind: "text", default: "" }, "a");
    const field = byRole(host, "textbox", "value");
    field.focus();
    type(field, "ab");

    expect(state.edits).toEqual([{ value: "ab", isTyping: true }]);
  });

  it("is left alone while one composes", () => {
    const { host, row, state } = mounted({ kind: "text", default: "", multiline: true }, "");
    const field = byRole(host, "textbox");
    field.focus();
    field.dispatchEvent(new Event("compositionstart"));
    type(field, "ni");
    state.value = "from elsewhere";
    row.update();
    expect(field.value).toBe("ni");
    field.value = "你";
    field.dispatchEvent(new Event("compositionend"));

    expect(state.value).toBe("你");
  });

  it("shows what undo brings back, also while it has the focus", () => {
    const { host, row, state } = mounted({ kind: "text", default: "" }, "a");
    const field = byRole(host, "textbox");
    field.focus();
    type(field, "ab");
    state.value = "a";
    row.update();

    expect(field.value).toBe("a");
  });

  it("of one line is as before after Escape", () => {
    const { host, state } = mounted({ kind: "text", default: "" }, "a");
    const field = byRole(host, "textbox");
    field.focus();
    type(field, "ab");
    press(field, "Escape");

    expect(state.value).toBe("a");
  });

  it("of many lines weighs words by keys", () => {
    const { host, state } = mounted({ kind: "text", default: "", multiline: true }, "red apple");
    const field = byRole(host, "textbox");
    field.focus();
    field.setSelectionRange(1, 1);
    press(field, "ArrowUp", { ctrlKey: true });

    expect(state.value).toBe("(red:1.1) apple");
  });
});

describe("a colour", () => {
  it("is a number where the input is one, else a text", () => {
    for (const [kind, before, after] of /** @type {const} */ ([
      ["int", 255, 0xff8800],
      ["text", "#0000ff", "#ff8800"],
    ])) {
      const { host, state } = mounted({ kind, default: 0, display: "color" }, before);
      const field = byRole(host, "textbox", "value");
      expect(field.value).toBe("#0000ff");
      field.focus();
      type(field, "#F80");
      press(field, "Enter");

      expect(state.value).toBe(after);
    }
  });
});

describe("every widget", () => {
  const all = /** @type {[any, any, any][]} */ ([
    [INT, 20, 21],
    [{ kind: "float", default: 1 }, 1, 2],
    [{ kind: "text", default: "a" }, "a", "b"],
    [{ kind: "text", default: "a", multiline: true }, "a", "b"],
    [{ kind: "bool", default: false }, false, true],
    [{ kind: "choice", choices: ["a", "b"], default: "a" }, "a", "b"],
    [{ kind: "choice", choices: ["a", "b"], default: ["a"], many: true }, ["a"], ["a", "b"]],
    [{ kind: "int", default: 0, display: "color" }, 0, 1],
    [{ kind: "int", default: 0, control: true }, 0, 1],
    [
      {
        kind: "any",
        default: [
          [0, 0],
          [1, 1],
        ],
        display: "curve",
      },
      [
        [0, 0],
        [1, 1],
      ],
      [
        [0, 0],
        [1, 0.5],
      ],
    ],
  ]);

  it.each(all)("%j marks a value that is not the default", (widget, usual, other) => {
    const { host, row, state } = mounted(widget, usual);
    const isMarked = () => host.matches(".is-changed") || host.querySelector(".is-changed") !== null;
    expect(isMarked()).toBe(false);
    state.value = other;
    row.update();

    expect(isMarked()).toBe(true);
  });

  it.each(all)("%j can have the focus and has a name", (widget, usual) => {
    const { row } = mounted(widget, usual);
    row.focus?.();

    expect(document.activeElement?.getAttribute("aria-label")).toBe("value");
  });
});

it("is made of few elements, so that nodes are mounted quickly", () => {
  const { host } = mounted({ kind: "int", default: 0, control: true }, 7);
  expect(host.querySelectorAll("*").length).toBeLessThanOrEqual(9);
  for (const widget of /** @type {any[]} */ ([
    INT,
    { kind: "bool" },
    { kind: "choice", choices: Array.from({ length: 1000 }, (_, index) => index), default: 0 },
    { kind: "text", default: "" },
    { kind: "text", default: "", multiline: true },
  ]))
    expect(mounted(widget, 0).host.querySelectorAll("*").length).toBeLessThanOrEqual(4);
});
