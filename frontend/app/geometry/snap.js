// @ts-check
/** Draws what is dragged to the edges of its neighbours, and its sockets to the height of those they are linked to. */

/** @typedef {import("./camera.js").Box} Box */
/** @typedef {{ isUpright: boolean, at: number, from: number, to: number }} Guide  a line through what is level */
/** @typedef {{ at: number, from: number, to: number }} Line */

/**
 * Return how far a box has to go to lie level with others, and the lines that show it.
 * @param {Box} box @param {readonly Box[]} others
 * @param {readonly { y: number, x: number, toY: number, toX: number }[]} rows  sockets of the box, and those they are linked to
 * @param {number} reach  graph units
 * @returns {{ dx: number, dy: number, guides: Guide[] }}
 */
export function snapped(box, others, rows, reach) {
  const upright = others.flatMap((each) => edges(each.x, each.width, each.y, each.height));
  const level = others.flatMap((each) => edges(each.y, each.height, each.x, each.width));
  const x = nearest([box.x, box.x + box.width], upright, reach);
  const y = nearest([box.y, box.y + box.height], level, reach);
  const row = nearestRow(rows, reach);
  const isRow = row !== null && (!y || Math.abs(row.toY - row.y) <= Math.abs(y.by));
  /** @type {Guide[]} */
  const guides = [];
  if (x) guides.push(guide(true, x.line, box.y, box.height));
  if (isRow)
    guides.push({
      isUpright: false,
      at: row.toY,
      from: Math.min(row.x, row.toX),
      to: Math.max(row.x, row.toX),
    });
  else if (y) guides.push(guide(false, y.line, box.x, box.width));
  return { dx: x?.by ?? 0, dy: isRow ? row.toY - row.y : (y?.by ?? 0), guides };
}

/** @param {number} at @param {number} size @param {number} from @param {number} length @returns {Line[]} */
const edges = (at, size, from, length) => [
  { at, from, to: from + length },
  { at: at + size, from, to: from + length },
];

/** @param {number[]} own @param {readonly Line[]} lines @param {number} reach */
function nearest(own, lines, reach) {
  let found = /** @type {{ by: number, line: Line } | null} */ (null);
  for (const line of lines) {
    for (const edge of own) {
      const by = line.at - edge;
      if (Math.abs(by) < Math.min(reach, found ? Math.abs(found.by) : reach)) found = { by, line };
    }
  }
  return found;
}

/**
 * @template {{ y: number, toY: number }} T
 * @param {readonly T[]} rows @param {number} reach @returns {T | null}
 */
function nearestRow(rows, reach) {
  let found = /** @type {T | null} */ (null);
  let least = reach;
  for (const each of rows) {
    const far = Math.abs(each.toY - each.y);
    if (far < least) [found, least] = [each, far];
  }
  return found;
}

/** @param {boolean} isUpright @param {Line} line @param {number} from @param {number} length @returns {Guide} */
const guide = (isUpright, line, from, length) => ({
  isUpright,
  at: line.at,
  from: Math.min(line.from, from),
  to: Math.max(line.to, from + length),
});
