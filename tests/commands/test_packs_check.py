import json
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.cli import main

BAD = '''\
from engine import Image, node

@node(category="toy", title="Rough", lane="inline")
def rough(image: Image) -> Image:
    """Darken."""
    return image.mul_(0.5)
'''
GOOD = BAD.replace("mul_", "mul").replace("rough", "kind").replace("Rough", "Kind")


@pytest.fixture
def command(tmp_path: Path) -> Callable[..., int]:
    folder = tmp_path / "custom_nodes"
    folder.mkdir()
    (folder / "bad.py").write_text(BAD)
    (folder / "good.py").write_text(GOOD)
    return lambda *words: main(["packs", "check", *words, "--base-directory", str(tmp_path)])


def test_check_of_a_good_pack_ends_with_0(
    command: Callable[..., int], capsys: pytest.CaptureFixture[str]
):
    assert command("good") == 0
    assert capsys.readouterr().out == "good\n  1 of 1 nodes ran, no findings\n"


def test_check_says_what_a_node_does_wrong_and_ends_with_2(
    command: Callable[..., int], capsys: pytest.CaptureFixture[str]
):
    assert command() == 2
    out = capsys.readouterr().out
    assert 'Rough: It changed its input "image" in place.' in out
    assert "bad.py:3" in out


def test_check_for_programs_lists_findings(
    command: Callable[..., int], capsys: pytest.CaptureFixture[str]
):
    command("bad", "--json")

    (pack,) = json.loads(capsys.readouterr().out)
    assert pack["name"] == "bad"
    assert [(each["node"], each["kind"]) for each in pack["findings"]] == [("Rough", "changed")]


def test_check_of_a_pack_that_is_not_there_names_similar_ones(
    command: Callable[..., int], capsys: pytest.CaptureFixture[str]
):
    assert command("goood") != 0
    assert 'No pack "goood" is in use.' in capsys.readouterr().err
