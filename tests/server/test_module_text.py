"""Modules are sent without comments: nothing else of them changes."""

from __future__ import annotations

import pytest

from engine.server.module_text import small_style, without_comments, without_space


@pytest.mark.parametrize(
    "text",
    [
        'const a = "/* no comment */ // nor this";',
        "const a = 'it\\'s // no comment';",
        "const a = `/* none */ ${f(`// ${'/*'} */`)} // none`;",
        "const a = `${{ b: `}` }} /* none */`;",
        "const pattern = /[/*]\\/*/; const other = 1;",
        'text.replace(/"/g, "x") + "/* none */";',
        "return /\\/\\*x\\*\\//.test(a);",
        "const half = (a + b) / 2 / c; const d = e / f;",
        "const url = `http://localhost`;",
    ],
)
def test_what_looks_like_a_comment_stays(text: str):
    assert without_comments(text) == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a; // why", "a;  "),
        ("/** One. */\nlet a;", " \nlet a;"),
        ("/**\n * Two.\n */\nlet a;", "\n\n\nlet a;"),
        ("typeof/** x */a", "typeof a"),
        ("const a = /** @type {B} */ (c);", "const a =   (c);"),
        ("const a = `${/* in code */ b} /* in text */`;", "const a = `${  b} /* in text */`;"),
        ("a = b / c; // d / e", "a = b / c;  "),
        ("x = y[0] / 2; /* z */ '/* s */'", "x = y[0] / 2;   '/* s */'"),
    ],
)
def test_comments_go_and_lines_keep_their_numbers(text: str, left: str):
    assert without_comments(text) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("{\n  a = { b, c };\n\n  d(a, b);\n}", "{\na={b,c};\nd(a,b);\n}"),
        ("a + +b - -c + ++d;", "a + +b - -c + ++d;"),
        ("return [a, b] in c ? d : e;", "return[a,b]in c?d:e;"),
        ('f("a  =  b", `  c = ${d + e} `, /e  = f/);', 'f("a  =  b",`  c = ${d + e} `,/e  = f/);'),
    ],
)
def test_space_goes_where_it_says_nothing(text: str, left: str):
    assert without_space(text) == left


def test_a_style_sheet_keeps_what_it_says():
    text = '/* Why. */\n.a {\n  background: url("x/*y*/  z.svg");\n\n  margin: 0 1px;\n}\n'

    assert small_style(text) == '\n.a {\nbackground: url("x/*y*/  z.svg");\nmargin: 0 1px;\n}\n'
