"""Nodes that change, compare and search texts, and calculate with numbers."""

import string as letters
from typing import Annotated, Any, NamedTuple

from engine import Bool, Choice, Growing, InputSpec, Int, MultilineText, Text, lazy, node

expressions = lazy("engine.languages.expressions")
patterns = lazy("engine.languages.patterns")

Case = Annotated[str, Choice(choices=("UPPERCASE", "lowercase", "Capitalize", "Title Case"))]
Ends = Annotated[str, Choice(choices=("Both", "Left", "Right"))]
Comparison = Annotated[str, Choice(choices=("Starts With", "Ends With", "Equal"))]
Extraction = Annotated[
    str, Choice(choices=("First Match", "All Matches", "First Group", "All Groups"))
]
Yes = Annotated[bool, Bool(default=True)]
No = Annotated[bool, Bool(default=False)]
Group = Annotated[int, Int(default=1, min=0, max=100)]
Count = Annotated[int, Int(default=0, min=0, max=100)]
Expression = Annotated[str, Text(default="a + b")]
Numbers = Annotated[
    dict[str, Any],
    Growing(InputSpec("value", "FLOAT,INT,BOOLEAN"), names=tuple(letters.ascii_lowercase), min=1),
]


class Length(NamedTuple):
    """How long a text is."""

    length: int


class Contained(NamedTuple):
    """Whether a text is in another."""

    contains: bool


class Matched(NamedTuple):
    """Whether a pattern is found."""

    matches: bool


class Calculated(NamedTuple):
    """One number in three forms."""

    FLOAT: float
    INT: int
    BOOL: bool


@node(category="utils/string", title="Case Converter", id="CaseConverter", lane="inline")
def convert_case(string: MultilineText, mode: Case) -> str:
    """Write a text in capitals or small letters.

    Args:
        mode: "Capitalize" raises the first letter alone, "Title Case" that of each word.
    """
    match mode:
        case "UPPERCASE":
            return string.upper()
        case "lowercase":
            return string.lower()
        case "Capitalize":
            return string.capitalize()
        case _:
            return string.title()


@node(category="utils/string", title="Compare", id="StringCompare", lane="inline")
def compare(
    string_a: MultilineText, string_b: MultilineText, mode: Comparison, case_sensitive: Yes
) -> bool:
    """Say whether a text is another, or begins or ends with it.

    Args:
        string_b: What is looked for in the first.
        mode: What the second text has to be of the first.
        case_sensitive: Capitals and small letters differ.
    """
    a, b = (string_a, string_b) if case_sensitive else (string_a.lower(), string_b.lower())
    match mode:
        case "Starts With":
            return a.startswith(b)
        case "Ends With":
            return a.endswith(b)
        case _:
            return a == b


@node(category="utils/string", title="Contains", id="StringContains", lane="inline")
def contains(string: MultilineText, substring: MultilineText, case_sensitive: Yes) -> Contained:
    """Say whether a text is somewhere in another.

    Args:
        substring: What is looked for.
        case_sensitive: Capitals and small letters differ.
    """
    if not case_sensitive:
        string, substring = string.lower(), substring.lower()
    return Contained(substring in string)


@node(category="utils/string", title="Length", id="StringLength", lane="inline")
def length(string: MultilineText) -> Length:
    """Count the characters of a text."""
    return Length(len(string))


@node(category="utils/string", title="Replace", id="StringReplace", lane="inline")
def replace(string: MultilineText, find: MultilineText, replace: MultilineText) -> str:
    """Replace every occurrence of a text.

    Args:
        find: What is replaced, as it stands.
        replace: What stands there then.
    """
    return patterns.replaced_text(string, find, replace)


@node(category="utils/string", title="Substring", id="StringSubstring", lane="inline")
def substring(string: MultilineText, start: int, end: int) -> str:
    """Take a part of a text.

    Args:
        start: The first character, counted from 0; negative ones count from the end.
        end: The first one that is left out.
    """
    return string[start:end]


@node(category="utils/string", title="Trim", id="StringTrim", lane="inline")
def trim(string: MultilineText, mode: Ends) -> str:
    """Take spaces and empty lines off the ends of a text.

    Args:
        mode: "Left" is the beginning, "Right" the end.
    """
    match mode:
        case "Both":
            return string.strip()
        case "Left":
            return string.lstrip()
        case _:
            return string.rstrip()


@node(category="utils/string", title="Regex Match", id="RegexMatch")
def regex_match(
    string: MultilineText,
    regex_pattern: MultilineText,
    case_insensitive: Yes,
    multiline: No,
    dotall: No,
) -> Matched:
    """Say whether a regular expression is found in a text.

    Args:
        regex_pattern: As Python writes them.
        case_insensitive: Letters stand for both cases.
        multiline: `^` and `$` stand at every line.
        dotall: `.` stands for the end of a line, too.
    """
    pattern = patterns.compiled(
        regex_pattern, case_insensitive=case_insensitive, multiline=multiline, dotall=dotall
    )
    return Matched(patterns.matches(pattern, string))


@node(category="utils/string", title="Regex Extract", id="RegexExtract")
def regex_extract(
    string: MultilineText,
    regex_pattern: MultilineText,
    mode: Extraction,
    case_insensitive: Yes,
    multiline: No,
    dotall: No,
    group_index: Group,
) -> str:
    """Take what a regular expression finds out of a text; several findings get a line each.

    Args:
        regex_pattern: As Python writes them.
        mode: All of what is found or a group, once or as often as it is there. "All Matches" takes
            the first group of a pattern that has groups.
        case_insensitive: Letters stand for both cases.
        multiline: `^` and `$` stand at every line.
        dotall: `.` stands for the end of a line, too.
        group_index: Which pair of brackets; 0 is the whole.
    """
    pattern = patterns.compiled(
        regex_pattern, case_insensitive=case_insensitive, multiline=multiline, dotall=dotall
    )
    match mode:
        case "First Match":
            return patterns.first(pattern, string)
        case "All Matches":
            return "\n".join(patterns.each(pattern, string, min(1, pattern.groups)))
        case "First Group":
            return patterns.first(pattern, string, group_index)
        case _:
            return "\n".join(patterns.each(pattern, string, group_index))


@node(category="utils/string", title="Regex Replace", id="RegexReplace")
def regex_replace(
    string: MultilineText,
    regex_pattern: MultilineText,
    replace: MultilineText,
    case_insensitive: Yes | None = True,
    multiline: No | None = False,
    dotall: No | None = False,
    count: Count | None = 0,
) -> str:
    r"""Replace what a regular expression finds in a text.

    Args:
        regex_pattern: As Python writes them.
        replace: What stands there then; `\1` is what the first brackets found.
        case_insensitive: Letters stand for both cases.
        multiline: `^` and `$` stand at every line.
        dotall: `.` stands for the end of a line, too.
        count: How many are replaced; 0 for all.
    """
    pattern = patterns.compiled(
        regex_pattern,
        case_insensitive=bool(case_insensitive),
        multiline=bool(multiline),
        dotall=bool(dotall),
    )
    return patterns.replaced(pattern, string, replace, count or 0)


@node(category="utils", title="Math Expression", id="ComfyMathExpression", lane="inline")
def math_expression(expression: Expression, values: Numbers) -> Calculated:
    """Calculate with numbers.

    Args:
        expression: The values by their names, + - * / // % **, comparisons, `x if y else z`, and
            functions such as min, max, round, sqrt; `sum(values)` takes all of them.
        values: The numbers.
    """
    result = expressions.evaluate(expression, values)
    return Calculated(float(result), int(result), bool(result))
