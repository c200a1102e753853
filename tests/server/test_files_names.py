"""Names of clients' files never lead anywhere else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import NotFound, PathError
from engine.server.files.names import existing_file, new_path, relative

PARTS = st.sampled_from(["..", ".", "a", "", ".b", "c:", "~", "\0", "é", "/", "\\", "%2e%2e", " "])
NAMES = st.text(max_size=20) | st.lists(PARTS, max_size=8).map("/".join)


@given(NAMES)
def test_any_name_stays_inside_and_is_not_hidden(name: str):
    root = Path("/no/such/input")
    try:
        path = new_path(root, name)
    except PathError:
        return

    assert path.is_relative_to(root)
    assert not any(part.startswith(".") for part in path.relative_to(root).parts)


@given(NAMES)
def test_no_name_is_found_in_an_empty_folder(name: str):
    with pytest.raises((PathError, NotFound)):
        existing_file(Path("/no/such/input"), name)


def test_name_is_told_in_two_parts(tmp_path: Path):
    assert relative(tmp_path, tmp_path.resolve() / "a/b/c.png") == ("a/b", "c.png")
