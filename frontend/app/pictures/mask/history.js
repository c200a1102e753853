// @ts-check
/** What a mask was before: tiles that have changed, no more of them than fit into a budget. */

/** @typedef {import("./operations.js").Mask} Mask */
/** @typedef {import("./operations.js").Area} Area */
/** @typedef {{ place: Area, data: Uint8Array }} Tile */
/** @typedef {Tile[]} Change */

const TILE = 128;
const MOST_BYTES = 192 * 2 ** 20;

export class MaskHistory {
  /** @type {Change[]} */
  done = [];
  /** @type {Change[]} */
  undone = [];

  /** @param {number} [most] bytes */
  constructor(most = MOST_BYTES) {
    this.most = most;
  }

  /**
   * Remember what has changed within an area; returns where, null when nothing has.
   * @param {Uint8Array} before @param {Mask} mask @param {Area} [area] @returns {Area | null}
   */
  remember(before, mask, area = whole(mask)) {
    const change = [...tilesIn(area, mask)].filter((place) => differs(before, mask, place));
    if (!change.length) return null;
    this.done.push(change.map((place) => ({ place, data: copied(before, mask.width, place) })));
    this.undone = [];
    this.#forget();
    return around(change);
  }

  /** Go back; says what area has changed. @param {Mask} mask @returns {Area | null} */
  undo(mask) {
    return this.#step(this.done, this.undone, mask);
  }

  /** @param {Mask} mask @returns {Area | null} */
  redo(mask) {
    return this.#step(this.undone, this.done, mask);
  }

  /** @param {Change[]} from @param {Change[]} to @param {Mask} mask */
  #step(from, to, mask) {
    const change = from.pop();
    if (!change) return null;
    to.push(change.map(({ place }) => ({ place, data: copied(mask.data, mask.width, place) })));
    for (const each of change) put(mask, each);
    return around(change.map((each) => each.place));
  }

  #forget() {
    const size = (/** @type {Change} */ change) => change.reduce((sum, { data }) => sum + data.length, 0);
    let bytes = this.done.reduce((sum, each) => sum + size(each), 0);
    while (bytes > this.most && this.done.length > 1)
      bytes -= size(/** @type {Change} */ (this.done.shift()));
  }
}

/** @param {{ width: number, height: number }} size @returns {Area} */
export const whole = ({ width, height }) => ({ left: 0, top: 0, right: width, bottom: height });

/** @param {Area[]} places @returns {Area} */
const around = (places) => ({
  left: Math.min(...places.map((each) => each.left)),
  top: Math.min(...places.map((each) => each.top)),
  right: Math.max(...places.map((each) => each.right)),
  bottom: Math.max(...places.map((each) => each.bottom)),
});

/** @param {Area} area @param {Mask} mask @returns {Generator<Area>} */
function* tilesIn(area, { width, height }) {
  for (let top = Math.floor(area.top / TILE) * TILE; top < area.bottom; top += TILE)
    for (let left = Math.floor(area.left / TILE) * TILE; left < area.right; left += TILE)
      yield { left, top, right: Math.min(width, left + TILE), bottom: Math.min(height, top + TILE) };
}

/** @param {Uint8Array} before @param {Mask} mask @param {Area} place */
function differs(before, { data, width }, { left, top, right, bottom }) {
  for (let y = top; y < bottom; y += 1)
    for (let at = y * width + left; at < y * width + right; at += 1) if (before[at] !== data[at]) return true;
  return false;
}

/** @param {Uint8Array} data @param {number} width @param {Area} place */
function copied(data, width, { left, top, right, bottom }) {
  const tile = new Uint8Array((right - left) * (bottom - top));
  for (let y = top; y < bottom; y += 1)
    tile.set(data.subarray(y * width + left, y * width + right), (y - top) * (right - left));
  return tile;
}

/** @param {Mask} mask @param {Tile} tile */
function put({ data, width }, { place: { left, top, right, bottom }, data: tile }) {
  const wide = right - left;
  for (let y = top; y < bottom; y += 1)
    data.set(tile.subarray((y - top) * wide, (y - top + 1) * wide), y * width + left);
}
