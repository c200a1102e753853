// @ts-check
/** Folders of pictures that a batch can go through. */

/** @typedef {import("../api/client.js").Client} Client */

const PAGE = 500;
/** Files that are looked at, the newest. */
const MOST = 10_000;

/**
 * Return the folders below the input folder, and how many files each has, those of its own folders too: a
 * batch goes through all of them.
 * @param {Client} api @returns {Promise<Map<string, number>>} in the order of their names
 */
export async function inputFolders(api) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (let offset = 0; offset < MOST; offset += PAGE) {
    const { files, total } = await api.get("files", { kind: "input", limit: PAGE, offset });
    for (const { name } of /** @type {{ name: string }[]} */ (files)) {
      const parts = name.split("/").slice(0, -1);
      for (let depth = 1; depth <= parts.length; depth += 1) {
        const folder = parts.slice(0, depth).join("/");
        counts.set(folder, (counts.get(folder) ?? 0) + 1);
      }
    }
    if (offset + PAGE >= total) break;
  }
  return new Map([...counts].sort(([a], [b]) => a.localeCompare(b)));
}
