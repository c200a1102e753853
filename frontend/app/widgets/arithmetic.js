// @ts-check
/** Sums that people type into number fields, worked out exactly: `512*1.5`, `(3+4)/2`, `2**64-1`. */

/** @typedef {{ over: bigint, under: bigint }} Fraction  under > 0 */
/** @typedef {{ text: string, at: number }} Reader */

/** Longer texts, and results of more bits, are not read, so that no text takes long. */
const MOST_LETTERS = 200;
const MOST_BITS = 4096n;
const MOST_DEPTH = 50;
const NUMBER = /^(?:\d+[.,]?\d*|[.,]\d+)(?:[eE][+-]?\d{1,3})?/;

/**
 * Return what a sum comes to; null when it is none.
 * @param {string} text @returns {Fraction | null}
 */
export function workedOut(text) {
  const plain = text.replaceAll("×", "*").replaceAll("÷", "/").replaceAll("−", "-").replace(/\s+/g, "");
  if (!plain || plain.length > MOST_LETTERS) return null;
  const reader = { text: plain, at: 0 };
  try {
    const value = sum(reader, 0);
    return reader.at === plain.length ? value : null;
  } catch (problem) {
    if (problem instanceof NotASum) return null;
    throw problem;
  }
}

class NotASum extends Error {}

/** @param {Reader} reader @param {number} depth @returns {Fraction} */
function sum(reader, depth) {
  if (depth > MOST_DEPTH) throw new NotASum();
  let value = product(reader, depth);
  for (let sign = taken(reader, "+", "-"); sign; sign = taken(reader, "+", "-")) {
    const other = product(reader, depth);
    const add = sign === "+" ? other.over : -other.over;
    value = reduced(value.over * other.under + add * value.under, value.under * other.under);
  }
  return value;
}

/** @param {Reader} reader @param {number} depth @returns {Fraction} */
function product(reader, depth) {
  let value = signed(reader, depth);
  for (let sign = taken(reader, "*", "/"); sign; sign = taken(reader, "*", "/")) {
    const other = signed(reader, depth);
    value =
      sign === "*"
        ? reduced(value.over * other.over, value.under * other.under)
        : reduced(value.over * other.under, value.under * other.over);
  }
  return value;
}

/** @param {Reader} reader @param {number} depth @returns {Fraction} */
function signed(reader, depth) {
  if (depth > MOST_DEPTH) throw new NotASum();
  const sign = taken(reader, "+", "-");
  if (!sign) return power(reader, depth);
  const value = signed(reader, depth + 1);
  return sign === "-" ? { over: -value.over, under: value.under } : value;
}

/** @param {Reader} reader @param {number} depth @returns {Fraction} */
function power(reader, depth) {
  const base = single(reader, depth);
  if (!taken(reader, "**", "^")) return base;
  const exponent = signed(reader, depth + 1);
  if (exponent.under !== 1n) throw new NotASum();
  const times = exponent.over < 0n ? -exponent.over : exponent.over;
  if (times > MOST_BITS || times * bits(base) > MOST_BITS) throw new NotASum();
  return exponent.over < 0n
    ? reduced(base.under ** times, base.over ** times)
    : reduced(base.over ** times, base.under ** times);
}

/** @param {Reader} reader @param {number} depth @returns {Fraction} */
function single(reader, depth) {
  if (taken(reader, "(")) {
    const value = sum(reader, depth + 1);
    if (!taken(reader, ")")) throw new NotASum();
    return value;
  }
  const found = NUMBER.exec(reader.text.slice(reader.at))?.[0];
  if (!found) throw new NotASum();
  reader.at += found.length;
  return fraction(found);
}

/** @param {string} literal  such as "1.5e-3" @returns {Fraction} */
function fraction(literal) {
  const [digits, exponent = "0"] = literal.toLowerCase().replace(",", ".").split("e");
  const [whole, part = ""] = digits.split(".");
  const shift = Number(exponent) - part.length;
  const over = BigInt(whole + part);
  const scale = 10n ** BigInt(Math.abs(shift));
  return shift < 0 ? reduced(over, scale) : { over: over * scale, under: 1n };
}

/** @param {Reader} reader @param {...string} signs  longer ones first */
function taken(reader, ...signs) {
  const found = signs.find((each) => reader.text.startsWith(each, reader.at));
  // `2**3` is a power, not a product
  if (!found || (found === "*" && reader.text[reader.at + 1] === "*")) return "";
  reader.at += found.length;
  return found;
}

/** @param {bigint} over @param {bigint} under @returns {Fraction} */
function reduced(over, under) {
  if (!under) throw new NotASum();
  const common = divisor(over < 0n ? -over : over, under < 0n ? -under : under) || 1n;
  const sign = under < 0n ? -1n : 1n;
  return { over: (sign * over) / common, under: (sign * under) / common };
}

/** @param {bigint} a @param {bigint} b @returns {bigint} */
function divisor(a, b) {
  while (b) [a, b] = [b, a % b];
  return a;
}

/** @param {Fraction} value */
const bits = ({ over, under }) => BigInt(4 * Math.max(over.toString(16).length, under.toString(16).length));

/**
 * Return the nearest whole number; halves go away from zero.
 * @param {Fraction} value
 */
export function asWhole({ over, under }) {
  const size = over < 0n ? -over : over;
  const whole = (2n * size + under) / (2n * under);
  return over < 0n ? -whole : whole;
}

/**
 * Return a fraction as one of JavaScript's numbers.
 * @param {Fraction} value
 */
export function asNumber({ over, under }) {
  const safe = BigInt(Number.MAX_SAFE_INTEGER);
  if (over <= safe && over >= -safe && under <= safe) return Number(over) / Number(under);
  const digits = 40 + Math.max(0, under.toString().length - over.toString().length);
  const scaled = ((over * 10n ** BigInt(digits)) / under).toString();
  return Number(`${scaled}e-${digits}`);
}
