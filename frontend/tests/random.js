// @ts-check
/** Numbers that look random and are the same each time. */

/** @param {number} seed @returns {() => number} in 0..1 */
export function randomFrom(seed) {
  let state = seed >>> 0 || 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** @template T @param {() => number} random @param {readonly T[]} things @returns {T} */
export const oneOf = (random, things) => things[Math.floor(random() * things.length)];
