// @ts-check
/**
 * Return what a map has under a key; where it has nothing, make it.
 * @template K, V
 * @param {Map<K, V>} map @param {K} key @param {() => V} make @returns {V}
 */
export function entryOf(map, key, make) {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
