from __future__ import annotations

from collections.abc import Callable

from engine import Workflow

Load = Callable[[str], Workflow]


def test_png_info_says_how_a_picture_was_made(load: Load):
    made = load("text_to_image").run(prompt="a red rocket", steps=1, seed=2**64 - 1, width=64)

    (text,) = load("png_info").run(image=f"{made.files[0].name} [output]").outputs["text"]

    assert 'text "a red rocket"' in text
    assert f"seed {2**64 - 1}, steps 1" in text
    assert f"{made.files[0].name}: PNG, 64 x" in text


def test_png_info_of_a_plain_picture_says_that_there_is_nothing(load: Load):
    result = load("png_info").run(image="example.png")

    (text,) = result.outputs["text"]
    assert text.endswith("It says nothing about how it was made.")
    assert [shown["text"] for shown in result.report.ui.values()] == [[text]]
