// @ts-check
/**
 * Return the place in a list that something dragged to a height would take.
 * @param {readonly { top: number, height: number }[]} rows  as they lie @param {number} from @param {number} y
 */
export function placeAmong(rows, from, y) {
  const above = rows.filter((row, index) => index !== from && row.top + row.height / 2 < y).length;
  return Math.min(above, rows.length - 1);
}
