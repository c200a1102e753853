"""Modules and style sheets without the comments that say what things are and why.

They are a third of what a browser would load. Lines keep their numbers, so that what a browser
says of a place in a module is true of the file; where modules are joined they do not anyway, and
what is between words goes too. Statements must end with semicolons, as the formatter writes them.
"""

from __future__ import annotations

import re

#: What can hold something that looks like a comment, besides templates, which nest.
_PARTS = re.compile(
    r"""(?P<comment>/\*.*?\*/|//[^\n]*)
    |(?P<kept>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')
    |(?P<regex>/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\[\n])+/)
    |(?P<mark>[`{}])""",
    re.DOTALL | re.VERBOSE,
)
#: The next piece of a template: its end, or code within it.
_TEMPLATE = re.compile(r"(?:\\.|\$(?!\{)|[^`\\$])*(`|\$\{)", re.DOTALL)
#: After these a slash divides; after anything else it begins a pattern.
_WORDS = "return|typeof|case|in|of|await|yield|void|delete"
_VALUE = re.compile(rf"(?<![\w$.])(?!(?:{_WORDS})$)[\w$.]+$|[)\]]$")
#: Space around these says nothing; around + and - it may.
_MARKS = r"[{}()\[\];,=?:&|<>!*%]"
_AROUND = re.compile(rf" (?={_MARKS})|(?<={_MARKS}) ")
_OF_STYLE = re.compile(r"""("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|/\*.*?\*/""", re.DOTALL)
_LINES = re.compile(r"[ \t]*\n\s*")


def without_comments(text: str) -> str:
    """Return a module without its comments; strings, templates and patterns stay."""
    return "".join(_Stripper(text).pieces())


def without_space(text: str) -> str:
    """Return a module that has no comments without indents, empty lines, space around marks."""
    return "".join(_Tightener(text).pieces())


def small_style(text: str) -> str:
    """Return a style sheet without its comments, indents and empty lines."""
    return _LINES.sub("\n", _OF_STYLE.sub(lambda found: found[1] or "", text))


class _Stripper:
    def __init__(self, text: str) -> None:
        self.text = text
        self.out: list[str] = []
        #: Open braces; True where one lies in a template, which goes on after it.
        self.braces: list[bool] = []

    def pieces(self) -> list[str]:
        at = 0
        while (found := _PARTS.search(self.text, at)) is not None:
            self.out.append(self._code(self.text[at : found.start()]))
            at = self._take(found)
        self.out.append(self._code(self.text[at:]))
        return self.out

    def _code(self, code: str) -> str:
        """Return what stands between strings and the like, as it is sent."""
        return code

    def _take(self, found: re.Match[str]) -> int:
        """Keep a part or leave it out; return where to go on."""
        match found.lastgroup:
            case "comment":
                self.out.append("\n" * found[0].count("\n") or " ")
            case "regex" if self._is_after_value(found.start()):
                self.out.append("/")
                return found.start() + 1
            case "mark":
                return self._mark(found)
            case _:
                self.out.append(found[0])
        return found.end()

    def _mark(self, found: re.Match[str]) -> int:
        self.out.append(found[0])
        if found[0] == "{":
            self.braces.append(False)
        elif found[0] == "`" or (self.braces and self.braces.pop()):
            return self._template(found.end())
        return found.end()

    def _template(self, start: int) -> int:
        """Keep a template up to its end or to code in it."""
        found = _TEMPLATE.match(self.text, start)
        if found is None:
            self.out.append(self.text[start:])
            return len(self.text)
        self.out.append(found[0])
        if found[1] == "${":
            self.braces.append(True)
        return found.end()

    def _is_after_value(self, start: int) -> bool:
        before = next((each for each in reversed(self.out) if each.strip()), "")
        return _VALUE.search(before.rstrip()[-40:]) is not None


class _Tightener(_Stripper):
    def _code(self, code: str) -> str:
        return _AROUND.sub("", _LINES.sub("\n", code)).strip(" ")
