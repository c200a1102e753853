from collections.abc import Callable

import pytest

from engine.context import Context
from engine.errors import PathError
from engine.paths import Folders
from nodes import text_saving


def test_a_text_is_written_as_it_is(context: Callable[..., Context], folders: Folders):
    result = text_saving.save_text("a\nñ\N{CAT FACE}", context(), "notes/a", "md")

    path = folders.output / "notes/a_00001_.md"
    assert path.read_bytes().decode() == "a\nñ\N{CAT FACE}"
    assert result.values == ("a\nñ\N{CAT FACE}",)
    assert result.ui == {
        "text": ["a\nñ\N{CAT FACE}"],
        "files": [{"filename": "a_00001_.md", "subfolder": "notes", "type": "output"}],
    }


def test_a_text_stays_in_the_output_folder(context: Callable[..., Context]):
    with pytest.raises(PathError):
        text_saving.save_text("a", context(), "../a", "txt")
