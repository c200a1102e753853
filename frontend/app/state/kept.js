// @ts-check
/** What is kept in the browser under a name. One that is full, or has to keep nothing, forgets; nothing else goes wrong. */

/** @typedef {Pick<Storage, "getItem" | "setItem">} Kept */

/**
 * Return what is kept; where nothing is, or something of another kind, what is usual.
 * @template T @param {Kept | undefined} storage @param {string} key @param {T} usual @returns {T}
 */
export function recalled(storage, key, usual) {
  try {
    const found = JSON.parse(storage?.getItem(key) ?? "null");
    const isAlike = typeof found === typeof usual && Array.isArray(found) === Array.isArray(usual);
    return found !== null && isAlike ? found : usual;
  } catch {
    return usual;
  }
}

/** @param {Kept | undefined} storage @param {string} key @param {unknown} value */
export function keep(storage, key, value) {
  try {
    storage?.setItem(key, JSON.stringify(value));
  } catch {
    // said above
  }
}

/**
 * Return a storage of the browser, or one that lasts as long as the page where the browser gives none.
 * @param {() => Storage} find @returns {Pick<Storage, "getItem" | "setItem" | "removeItem">}
 */
export function storageOf(find) {
  try {
    return find();
  } catch {
    const all = /** @type {Map<string, string>} */ (new Map());
    return {
      getItem: (key) => all.get(key) ?? null,
      setItem: (key, value) => void all.set(key, value),
      removeItem: (key) => void all.delete(key),
    };
  }
}

export const lasting = storageOf(() => localStorage);
export const ofThisWindow = storageOf(() => sessionStorage);
