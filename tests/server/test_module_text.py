"""Modules are sent without comments: nothing else of them changes."""

from __future__ import annotations

import pytest

from engine.server.module_text import without_comments


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
