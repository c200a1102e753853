// @ts-check
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { NICKNAMED } from "../../app/model/nicknames.js";
import { addableTypes, branches, byCategory, searchTypes } from "../../app/model/node-search.js";
import { schemaOf } from "../../app/model/schema.js";

const plain = (
  /** @type {string} */ id,
  /** @type {string} */ title,
  /** @type {string} */ category = "x",
) => ({
  id,
  title,
  category,
  version: 1,
});
const SPECS = [
  { ...plain("KSampler", "KSampler"), outputs: [{ name: "LATENT", type: "LATENT" }] },
  { ...plain("VAEDecode", "VAE Decode"), inputs: [{ name: "samples", label: "samples", type: "LATENT" }] },
  plain("CLIPTextEncode", "CLIP Text Encode (Prompt)"),
  plain("CheckpointLoaderSimple", "Load Checkpoint", "loaders"),
  plain("EmptyImage", "Empty Image"),
  plain("EmptyLatentImage", "Empty Latent Image", "latent"),
  { ...plain("Any", "Any"), inputs: [{ name: "any", label: "any", type: "*" }] },
];
const NO_HABITS = { uses: {}, pins: new Set() };
const first = (/** @type {string} */ query, habits = NO_HABITS) =>
  searchTypes(SPECS, query, null, habits)[0]?.spec.id;

describe("searchTypes", () => {
  it.each([
    ["ksampler", "KSampler"],
    ["ckpt", "CheckpointLoaderSimple"],
    ["prompt", "CLIPTextEncode"],
    ["empty", "EmptyLatentImage"],
    ["latent", "EmptyLatentImage"],
    ["decode", "VAEDecode"],
  ])("understands %s", (query, id) => expect(first(query)).toBe(id));

  it("gives those alone that a socket can be linked to, exact types first", () => {
    const fromOutput = searchTypes(SPECS, "", { kind: "output", type: "LATENT" }, NO_HABITS);
    const fromInput = searchTypes(SPECS, "", { kind: "input", type: "LATENT" }, NO_HABITS);

    expect(fromOutput.map(({ spec }) => spec.id)).toEqual(["VAEDecode", "Any"]);
    expect(fromInput.map(({ spec }) => spec.id)).toEqual(["KSampler"]);
  });

  it("puts first what one uses, and what is pinned", () => {
    expect(first("empty", { uses: { EmptyImage: 9 }, pins: new Set() })).toBe("EmptyImage");
    expect(first("empty", { uses: {}, pins: new Set(["EmptyImage"]) })).toBe("EmptyImage");
  });
});

describe("the built-in types", () => {
  const page = readFileSync(new URL("../../../docs/nodes.md", import.meta.url), "utf8");
  const all = page.split(/^## /m).flatMap((part) => {
    const category = part.split("\n", 1)[0];
    return [...part.matchAll(/^### (.*)\n\n`([^`]+)`/gm)].map(([, title, id]) => plain(id, title, category));
  });
  const found = (/** @type {string} */ query) =>
    searchTypes(all, query, null, NO_HABITS).map(({ spec }) => spec.id);

  it.each([
    ["hires fix", "LatentUpscale"],
    ["controlnet", "ControlNetApplyAdvanced"],
    ["control net", "ControlNetLoader"],
    ["t2i adapter", "ControlNetApplyAdvanced"],
    ["edges", "Canny"],
    ["lora", "LoraLoader"],
    ["lycoris", "LoraLoader"],
    ["esrgan", "UpscaleModelLoader"],
    ["upscaler", "ImageUpscaleWithModel"],
    ["sampler", "KSampler"],
    ["negative", "CLIPTextEncode"],
    ["embedding", "CLIPTextEncode"],
    ["checkpoint merger", "ModelMergeSimple"],
    ["img2img", "VAEEncode"],
    ["inpaint", "SetLatentNoiseMask"],
    ["outpaint", "ImagePadForOutpaint"],
    ["xy plot", "SfumatoSheetAxes"],
    ["png info", "SfumatoPictureInfo"],
    ["before after", "ImageCompare"],
    ["low vram", "VAEDecodeTiled"],
    ["clip skip", "CLIPSetLastLayer"],
    ["pag", "PerturbedAttentionGuidance"],
  ])("are found as %s", (query, id) => expect(found(query).slice(0, 3)).toContain(id));

  it("are those alone that have nicknames", () => {
    const known = new Set(all.map(({ id }) => id));

    expect(NICKNAMED.filter((each) => !known.has(each))).toEqual([]);
  });
});

describe("addableTypes", () => {
  it("leaves out definitions that hold the level", () => {
    const document = {
      format: "sfumato",
      version: 1,
      nodes: {},
      subgraphs: {
        inner: { title: "Inner", nodes: {} },
        outer: { title: "Outer", nodes: { 1: { type: "subgraph:inner" } } },
      },
    };
    const ids = (/** @type {string} */ level) =>
      addableTypes(schemaOf([]), document, level).map((each) => each.id);

    expect(ids("")).toEqual(["subgraph:inner", "subgraph:outer"]);
    expect(ids("outer")).toEqual(["subgraph:inner"]);
    expect(ids("inner")).toEqual([]);
  });
});

describe("branches", () => {
  it("gather what begins alike, and say how much it is", () => {
    const deep = [plain("A", "A", "image/batch"), plain("B", "B", "image"), plain("C", "C", "latent")];

    expect(
      branches(deep).map(({ name, count, parts }) => [name, count, parts.map((each) => each.name)]),
    ).toEqual([
      ["image", 2, ["", "batch"]],
      ["latent", 1, [""]],
    ]);
  });
});

describe("byCategory", () => {
  it("sorts categories and titles", () => {
    expect([...byCategory(SPECS).keys()]).toEqual(["latent", "loaders", "x"]);
    expect(byCategory(SPECS).get("x")?.[0].title).toBe("Any");
  });
});
