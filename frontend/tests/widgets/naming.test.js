// @ts-check
import { expect, it } from "vitest";
import { begunName, finished } from "../../app/widgets/naming.js";

it("knows a name that is begun at the caret", () => {
  expect(begunName("a (embedding:bad", 16)).toEqual({ from: 13, to: 16, text: "bad" });
  expect(begunName("embedding:bad_hand", 13)).toEqual({ from: 10, to: 18, text: "bad" });
});

it("knows none elsewhere, nor where the server reads none", () => {
  expect(begunName("embedding:bad,", 14)).toBeNull();
  expect(begunName("a red apple", 5)).toBeNull();
  expect(begunName("a,embedding:bad", 15)).toBeNull();
  expect(begunName("a Embedding:bad", 15)).toBeNull();
  expect(begunName("<lora:bad", 9)).toBeNull();
});

it("takes no part of a longer word for a beginning", () => {
  const text = `${"x".repeat(300)}embedding:${"y".repeat(190)}`;

  expect(begunName(text, text.length)).toBeNull();
});

it("writes names without what their files end in, over the whole name", () => {
  const text = "a embedding:ba_old, b";

  expect(finished(text, /** @type {any} */ (begunName(text, 14)), "sub/bad.v2.safetensors")).toEqual({
    text: "a embedding:sub/bad.v2, b",
    caret: 22,
  });
});
