from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.config import Config
from engine.packs.examination import Examination, examine
from engine.packs.shelf import PackShelf
from engine.paths import Folders
from engine.registry import Registry

Examine = Callable[[str], Examination]

CLASS = """
class {name}:
    CATEGORY = "t"
    FUNCTION = "run"
    RETURN_TYPES = {outputs}

    @classmethod
    def INPUT_TYPES(cls):
        return {{"required": {inputs}}}

    def run(self, {names}):
{body}

NODE_CLASS_MAPPINGS = {{**globals().get("NODE_CLASS_MAPPINGS", {{}}), "{name}": {name}}}
"""


def node(
    body: str, inputs: dict[str, Any], outputs: tuple[str, ...] = ("IMAGE",), name: str = "Tested"
) -> str:
    """Return the source of a ComfyUI-style class."""
    lines = "\n".join(f"        {line}" for line in body.splitlines())
    names = ", ".join(inputs)
    return CLASS.format(name=name, body=lines, inputs=inputs, outputs=outputs, names=names)


PICTURE = {"image": ("IMAGE",)}


@pytest.fixture
def check(tmp_path: Path) -> Examine:
    """Return what writes a pack of one file and examines it."""

    def run(source: str) -> Examination:
        pack = tmp_path / "custom_nodes" / "probed.py"
        pack.parent.mkdir(exist_ok=True)
        pack.write_text(source)
        folders = Folders.at(tmp_path)
        shelf = PackShelf(folders, Config(), ())
        specs = list(shelf.all())
        assert specs, shelf.packs()
        return examine(pack, specs, Registry(), folders, limit_s=10)

    return run


def test_good_node_has_no_findings(check: Examine):
    examination = check(node("return (1 - image,)", PICTURE))

    assert examination.findings == []
    assert examination.tried == ["Tested"]


@pytest.mark.parametrize(
    "change", ["image.add_(1)", "image.data[:] = 0", "image.numpy()[...] = 0", "image[0] = 2"]
)
def test_change_in_place_is_found(check: Examine, change: str):
    (found,) = check(node(f"{change}\nreturn (image * 0,)", PICTURE)).findings

    assert (found.kind, found.message) == ("changed", 'It changed its input "image" in place.')


def test_finding_names_pack_node_file_and_line(check: Examine, tmp_path: Path):
    (found,) = check(node("image.zero_()\nreturn (image,)", PICTURE)).findings

    assert (found.pack, found.node) == ("probed", "Tested")
    assert (found.file, found.line) == (str(tmp_path / "custom_nodes" / "probed.py"), 2)


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("LATENT", 'given["samples"].zero_()'),
        ("CONDITIONING", "given[0][0].zero_()"),
        ("CONDITIONING", 'given[0][1]["pooled_output"].zero_()'),
        ("AUDIO", 'given["waveform"].zero_()'),
        ("SIGMAS", "given.zero_()"),
        ("MASK", "given.zero_()"),
    ],
)
def test_change_inside_other_values_is_found(check: Examine, kind: str, change: str):
    examination = check(node(f"{change}\nreturn (1,)", {"given": (kind,)}, ("INT",)))

    assert [found.kind for found in examination.findings] == ["changed"]


@pytest.mark.parametrize(
    ("declared", "gives", "said"),
    [
        ("INT", "1.5", "gave float"),
        ("FLOAT", "'a'", "gave str 'a'"),
        ("STRING", "1", "gave int"),
        ("BOOLEAN", "1", "gave int"),
        ("IMAGE", "'a'", "gave str 'a'"),
        ("IMAGE", "image[0]", "instead of (batch, height, width, channels)"),
        ("IMAGE", "image * 255", "instead of 0 to 1"),
        ("IMAGE", "image.byte()", "torch.uint8 instead of floating-point numbers"),
        ("IMAGE", "image.movedim(-1, 1)", "64 channels instead of 3 or 4"),
        ("MASK", "image", "instead of (batch, height, width)"),
        ("LATENT", "image", "gave torch.Tensor"),
    ],
)
def test_output_that_is_not_what_it_is_declared_is_found(
    check: Examine, declared: str, gives: str, said: str
):
    (found,) = check(node(f"return ({gives},)", PICTURE, (declared,))).findings

    assert found.kind == "returned"
    assert said in found.message


def test_wrong_number_of_outputs_is_found(check: Examine):
    (found,) = check(node("return (image,)", PICTURE, ("IMAGE", "IMAGE"))).findings

    assert found.kind == "returned"


def test_exception_is_found_with_its_line(check: Examine):
    (found,) = check(node("x = 1\nraise KeyError('gone')", PICTURE)).findings

    assert (found.kind, found.message) == ("raised", "It raised KeyError: 'gone'")
    assert found.line == 13


def test_write_outside_the_output_folders_is_found(check: Examine, tmp_path: Path):
    path = tmp_path / "elsewhere.txt"

    (found,) = check(node(f"open({str(path)!r}, 'w').close()\nreturn (image,)", PICTURE)).findings

    assert found.kind == "wrote"
    assert str(path) in found.message
    assert found.line == 12


def test_removed_file_is_found(check: Examine, tmp_path: Path):
    path = tmp_path / "mine.txt"
    path.write_text("")

    (found,) = check(
        node(f"import os\nos.remove({str(path)!r})\nreturn (image,)", PICTURE)
    ).findings

    assert found.kind == "wrote"


@pytest.mark.parametrize(
    "body",
    [
        "import tempfile\nwith tempfile.NamedTemporaryFile('w') as f: f.write('a')",
        "import tempfile, os\np = os.path.join(tempfile.mkdtemp(), 'a')\nopen(p, 'w').close()",
        "open(__file__).close()",
        "print('hello')",
    ],
)
def test_temporary_files_reading_and_printing_are_no_findings(
    check: Examine, body: str, capsys: pytest.CaptureFixture[str]
):
    examination = check(node(f"{body}\nreturn (image,)", PICTURE))

    assert examination.findings == []
    assert "hello" not in "".join(capsys.readouterr())


def test_widgets_take_their_default_and_choices_the_first(check: Examine):
    inputs = {"count": ("INT", {"default": 5}), "which": (["a", "b"],), "text": ("STRING", {})}

    examination = check(
        node("assert count == 5 and which == 'a'\nreturn (count,)", inputs, ("INT",))
    )

    assert examination.findings == []
    assert examination.tried == ["Tested"]


def test_value_of_a_type_of_the_pack_comes_from_a_node_of_the_pack(check: Examine):
    maker = node("return ({'n': 3},)", {}, ("THING",), "Maker").replace("(self, )", "(self)")
    user = node("return (thing['n'],)", {"thing": ("THING",)}, ("INT",), "User")

    examination = check(maker + user)

    assert examination.findings == []
    assert set(examination.tried) == {"Maker", "User"}


def test_node_whose_input_nothing_makes_is_not_tried(check: Examine):
    examination = check(node("return (1,)", {"thing": ("THING",)}, ("INT",)))

    assert examination.tried == []
    assert 'its input "thing" (THING)' in examination.untried["Tested"]


def test_choice_of_nothing_is_not_tried(check: Examine):
    examination = check(node("return (1,)", {"which": ([],)}, ("INT",)))

    assert "nothing to choose from" in examination.untried["Tested"]


def test_node_that_takes_too_long_is_found(tmp_path: Path):
    import threading

    from tests.fakes import toy

    ends = threading.Event()
    spec = toy("Slow", lambda: ends.wait(20), outputs=("INT",), source="probed")

    examination = examine(tmp_path, [spec], Registry(), Folders.at(tmp_path), limit_s=0.05)
    ends.set()

    assert [found.kind for found in examination.findings] == ["slow"]
    assert examination.has_hung
