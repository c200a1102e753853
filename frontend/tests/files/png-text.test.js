// @ts-check
import { describe, expect, it } from "vitest";
import { decodedPng, encodedPng, withText } from "../../app/pictures/png.js";

describe("withText", () => {
  it("keeps the picture and holds every letter", async () => {
    const pixels = { width: 1, height: 1, data: Uint8Array.from([1, 2, 3, 4]) };
    const bytes = new Uint8Array(await (await encodedPng(pixels)).arrayBuffer());
    const whole = withText(bytes, "sfumato", '{"title":"苹果"}');
    const text = new TextDecoder().decode(whole);

    expect(text).toContain('iTXtsfumato\0\0\0\0\0{"title":"苹果"}');
    expect((await decodedPng(whole))?.data).toEqual(pixels.data);
  });
});
