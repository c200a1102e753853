// @ts-check
/** A small Markdown, as page elements: headings, lists, emphasis, code, links. Nothing of it is ever loaded. */

/** @param {string} text @returns {HTMLElement[]} */
export function markdown(text) {
  /** @type {HTMLElement[]} */
  const blocks = [];
  const lines = text.replaceAll("\r", "").split("\n");
  while (lines.length) blocks.push(...block(lines));
  return blocks;
}

/** Take the next block from the lines. @param {string[]} lines @returns {HTMLElement[]} */
function block(lines) {
  const line = /** @type {string} */ (lines.shift());
  if (!line.trim()) return [];
  if (line.startsWith("```")) {
    const code = take(lines, (each) => !each.startsWith("```"));
    lines.shift();
    return [withText("pre", code.join("\n"))];
  }
  const heading = /^(#{1,6})\s+(.*)$/.exec(line);
  if (heading) return [withWords(heading[1].length < 3 ? "h3" : "h4", heading[2])];
  const item = /^\s*(?:[-*+]|\d+[.)])\s+/;
  if (item.test(line)) {
    const isNumbered = /^\s*\d/.test(line);
    const list = document.createElement(isNumbered ? "ol" : "ul");
    const rest = take(lines, (each) => item.test(each));
    for (const each of [line, ...rest]) list.append(withWords("li", each.replace(item, "")));
    return [list];
  }
  const rest = take(lines, (each) => Boolean(each.trim()) && !item.test(each) && !/^(#|```)/.test(each));
  return [withWords("p", [line, ...rest].join("\n"))];
}

/** @param {string[]} lines @param {(line: string) => boolean} isWanted @returns {string[]} */
function take(lines, isWanted) {
  const end = lines.findIndex((each) => !isWanted(each));
  return lines.splice(0, end < 0 ? lines.length : end);
}

const WORDS =
  /`([^`]+)`|\*\*([^*]+)\*\*|__([^_]+)__|\*([^*\s][^*]*)\*|\[([^\]]+)\]\((https?:[^)\s]+)\)|\b(https?:\/\/[^\s<>)]+)/g;

/** @param {string} tag @param {string} text @returns {HTMLElement} */
function withWords(tag, text) {
  const element = document.createElement(tag);
  let end = 0;
  for (const found of text.matchAll(WORDS)) {
    element.append(text.slice(end, found.index), word(found));
    end = found.index + found[0].length;
  }
  element.append(text.slice(end));
  return element;
}

/** @param {RegExpExecArray} found */
function word([, code, strong, bold, emphasis, label, address, plain]) {
  if (code) return withText("code", code);
  if (strong || bold) return withText("strong", strong || bold);
  if (emphasis) return withText("em", emphasis);
  const link = /** @type {HTMLAnchorElement} */ (withText("a", label ?? plain));
  link.href = address ?? plain;
  link.target = "_blank";
  link.rel = "noopener noreferrer";
  return link;
}

/** @param {string} tag @param {string} text */
function withText(tag, text) {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}
