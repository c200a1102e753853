// @ts-check
// @vitest-environment happy-dom
import { describe, expect, it, vi } from "vitest";
import { combobox } from "../../app/ui/combobox.js";
import { byRole, press, type } from "./mounting.js";

const items = () =>
  ["euler", "euler_ancestral", "dpmpp_2m", "ddim"].map((value) => ({ value, label: value }));

/** @param {Partial<import("../../app/ui/combobox.js").ComboboxOptions>} [more] */
function opened(more = {}) {
  const onPick = vi.fn();
  const element = combobox({ items, label: "sampler", onPick, value: "dpmpp_2m", ...more });
  document.body.replaceChildren(element);
  const active = () =>
    document.getElementById(byRole(element, "combobox").getAttribute("aria-activedescendant"));
  const labels = () =>
    [...element.querySelectorAll('[role="option"] .combobox-label')].map((each) => each.textContent);
  return { element, onPick, active, labels, field: byRole(element, "combobox", "sampler") };
}

describe("a combobox", () => {
  it("begins at what is chosen", () => {
    const { active } = opened();

    expect(active()?.textContent).toBe("dpmpp_2m");
    expect(active()?.getAttribute("aria-selected")).toBe("true");
  });

  it("goes round by arrows and picks with Enter", () => {
    const { field, onPick } = opened();
    for (let count = 0; count < 3; count += 1) press(field, "ArrowDown");
    press(field, "Enter");

    expect(onPick).toHaveBeenCalledWith("euler_ancestral");
  });

  it("shows what fits, the nearest first, with its letters marked", () => {
    const { element, field, labels } = opened();
    type(field, "anc");

    expect(labels()).toEqual(["euler_ancestral"]);
    expect(element.querySelector("mark")?.textContent).toBe("anc");
  });

  it("finds letters in their order", () => {
    const { field, labels } = opened();
    type(field, "d2m");

    expect(labels()).toEqual(["dpmpp_2m"]);
  });

  it("says when nothing fits", () => {
    const { element, field } = opened();
    type(field, "xyz");

    expect(byRole(element, "status").textContent).toBe("combobox.none");
    expect(field.hasAttribute("aria-activedescendant")).toBe(false);
  });

  it("keeps several, and stays", () => {
    const { element, field, onPick } = opened({ isMany: true, value: ["ddim"] });
    type(field, "euler");
    press(field, "Enter");
    expect(onPick).toHaveBeenLastCalledWith(["ddim", "euler"]);
    press(field, "Enter");
    expect(onPick).toHaveBeenLastCalledWith(["ddim"]);
    expect(byRole(element, "listbox").getAttribute("aria-multiselectable")).toBe("true");
  });

  it("shows newer items when they come", async () => {
    const { labels } = opened({ load: async () => [{ value: "new", label: "new" }] });
    await Promise.resolve();
    await Promise.resolve();

    expect(labels()).toEqual(["new"]);
  });

  it("draws so many of very many", () => {
    const many = Array.from({ length: 5000 }, (_, index) => ({ value: index, label: `file ${index}` }));
    const { element, labels } = opened({ items: () => many });

    expect(labels()).toHaveLength(200);
    expect(byRole(element, "status").hidden).toBe(false);
  });

  it("is closed by Escape", () => {
    const onClose = vi.fn();
    const { field } = opened({ onClose });
    press(field, "Escape");

    expect(onClose).toHaveBeenCalled();
  });
});
