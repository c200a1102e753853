// @ts-check
/** Which output may feed which input; the same rule as `types_fit` of `engine/types.py`. */

const ANY = new Set(["*", ""]);

/**
 * @param {string} given  type of an output @param {string} wanted  type of an input; either may be a union written with commas
 */
export function typesFit(given, wanted) {
  if (given === wanted || ANY.has(given) || ANY.has(wanted)) return true;
  const takes = wanted.toUpperCase().split(",");
  // "IMAGE,*": shown as IMAGE, takes anything
  if (takes.includes("*")) return true;
  return given
    .toUpperCase()
    .split(",")
    .some((each) => takes.includes(each));
}

/** Types with a colour and a shape of their own in `styles/tokens.css`; all others share. */
export const DRAWN_TYPES = [
  "MODEL",
  "CLIP",
  "VAE",
  "CONDITIONING",
  "LATENT",
  "IMAGE",
  "MASK",
  "CONTROL_NET",
  "INT",
  "FLOAT",
  "STRING",
  "BOOLEAN",
  "COMBO",
  "SIGMAS",
  "SAMPLER",
  "GUIDER",
  "NOISE",
  "AUDIO",
  "VIDEO",
];

/**
 * Return the word that styles know a type by.
 * @param {string} type
 */
export function typeWord(type) {
  const first = type.split(",")[0].toUpperCase();
  return DRAWN_TYPES.includes(first) ? first.toLowerCase().replace("_", "-") : "other";
}
