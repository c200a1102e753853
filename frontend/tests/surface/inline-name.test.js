// @ts-check
// @vitest-environment happy-dom
import { expect, it, vi } from "vitest";
import { editName } from "../../app/surface/inline-name.js";

it("Enter that ends a composition, as of Chinese, is not the end of a name", () => {
  const [layer, host] = [document.createElement("div"), document.createElement("div")];
  document.body.append(layer, host);
  const keep = vi.fn();
  const canvas = /** @type {any} */ ({ surface: { layer, host } });
  const box = { x: 0, y: 0, width: 100 };
  editName(canvas, { box, height: 20, value: "", usual: "Node", label: "Name", keep });
  const field = /** @type {HTMLInputElement} */ (layer.querySelector("input"));
  const enter = (/** @type {boolean} */ isComposing) =>
    field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", isComposing, cancelable: true }));

  field.value = "xi";
  enter(true);
  expect(keep).not.toHaveBeenCalled();
  field.value = "喜";
  enter(false);
  expect(keep).toHaveBeenCalledExactlyOnceWith("喜");
});
