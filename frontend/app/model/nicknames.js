// @ts-check
/** What people call node types, beside their titles; those of ComfyUI's users above all. */

/** @type {Readonly<Record<string, string>>} words by type */
const NICKNAMES = {
  CheckpointLoaderSimple: "ckpt model checkpoint loader sd sd15 sdxl load model",
  CLIPTextEncode: "prompt positive negative text encode clip",
  CLIPSetLastLayer: "clip skip",
  ConditioningAverage: "blend prompts mix",
  ConditioningCombine: "prompts and",
  ConditioningConcat: "join prompts break",
  ConditioningSetMask: "regional prompt area",
  ConditioningZeroOut: "no prompt empty prompt",
  EmptyLatentImage: "empty latent size width height resolution new noise start",
  ImageScale: "resize image",
  ImageScaleBy: "resize image factor",
  ImageBatch: "join images",
  ImageCompositeMasked: "paste overlay blend",
  ImageInvert: "negative",
  InvertMask: "negative",
  KSampler: "sampler sample ksampler denoise generate diffusion",
  KSamplerAdvanced: "sampler sample ksampler refiner",
  LatentUpscale: "resize latent hires fix",
  LatentUpscaleBy: "resize latent hires fix",
  LoadImage: "open image picture photo input img2img",
  LoadImageMask: "open mask",
  LoraLoader: "lora style",
  PreviewAny: "show text debug print display",
  PreviewImage: "show image display view",
  PrimitiveBoolean: "bool switch toggle yes no",
  PrimitiveFloat: "number decimal",
  PrimitiveInt: "number integer",
  PrimitiveString: "text",
  PrimitiveStringMultiline: "text prompt",
  SaveImage: "output write png export result",
  SetLatentNoiseMask: "inpaint",
  SolidMask: "white black",
  StringConcatenate: "join text append",
  VAEDecode: "latent to image decode",
  VAEEncode: "image to latent encode img2img",
  VAEEncodeForInpaint: "inpaint image to latent",
  VAELoader: "load vae",
  ComfySwitchNode: "if choose select",
};

/** @param {string} type @returns {string} */
export const nicknamesOf = (type) => (Object.hasOwn(NICKNAMES, type) ? NICKNAMES[type] : "");
