// @ts-check
import { expect, it } from "vitest";
import { decodedPng, encodedPng } from "../../app/pictures/png.js";
import { randomFrom } from "../random.js";

/** @param {Blob} blob */
const bytesOf = async (blob) => new Uint8Array(await blob.arrayBuffer());

it("a picture is the same when it is read back, where it is transparent too", async () => {
  const random = randomFrom(3);
  for (const [width, height] of [
    [1, 1],
    [7, 5],
    [64, 33],
  ]) {
    const data = Uint8Array.from({ length: width * height * 4 }, () => Math.floor(random() * 256));
    for (let at = 3; at < data.length; at += 8) data[at] = 0;

    const read = await decodedPng(await bytesOf(await encodedPng({ width, height, data })));

    expect(read).toEqual({ width, height, data });
  }
});

it("other files are not read", async () => {
  const png = await bytesOf(await encodedPng({ width: 2, height: 2, data: new Uint8Array(16) }));

  expect(await decodedPng(Uint8Array.from([1, 2, 3]))).toBeNull();
  expect(await decodedPng(png.with(25, 2))).toBeNull();
});
