"""Every row of the checklist of interactions that must be there has a browser test named for it."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).parent.parent / "browser"

#: The rows of the first two priorities. Left out are those that come later: places to go back to,
#: hiding panels, models from a list, two inputs swapped, pictures compared.
ROWS = [row for row in range(1, 81) if row not in (9, 11, 21, 37, 64)]


def named_rows() -> set[int]:
    """Return the rows that tests are named for: test_row_7_..., test_rows_7_and_8_..."""
    names = re.findall(r"^def test_rows?_(\d+(?:_and_\d+)*)", text_of_tests(), re.MULTILINE)
    return {int(row) for name in names for row in name.split("_and_")}


def text_of_tests() -> str:
    return "\n".join(each.read_text() for each in sorted(TESTS.glob("test_*.py")))


def test_every_row_of_the_checklist_has_a_browser_test():
    assert [row for row in ROWS if row not in named_rows()] == []
