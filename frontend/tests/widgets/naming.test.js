// @ts-check
import { expect, it } from "vitest";
import { begunName, finished } from "../../app/widgets/naming.js";

it("knows a name that is begun at the caret", () => {
  expect(begunName("a (embedding:bad", 16)).toEqual({ folder: "embeddings", from: 13, text: "bad" });
  expect(begunName("<lora:my fi", 11)).toEqual({ folder: "loras", from: 6, text: "my fi" });
});

it("knows none elsewhere", () => {
  expect(begunName("embedding:bad,", 14)).toBeNull();
  expect(begunName("<lora:x:0.5", 11)).toBeNull();
  expect(begunName("a red apple", 5)).toBeNull();
});

it("writes names without what their files end in", () => {
  const text = "a embedding:ba, b";

  expect(finished(text, 14, /** @type {any} */ (begunName(text, 14)), "sub/bad.v2.safetensors")).toEqual({
    text: "a embedding:sub/bad.v2, b",
    caret: 22,
  });
});

it("closes the tag of a LoRA, once", () => {
  const begun = /** @type {any} */ (begunName("<lora:x", 7));

  expect(finished("<lora:x", 7, begun, "xyz.safetensors").text).toBe("<lora:xyz:1.0>");
  expect(finished("<lora:x:0.5>", 7, begun, "xyz.safetensors").text).toBe("<lora:xyz:0.5>");
});
