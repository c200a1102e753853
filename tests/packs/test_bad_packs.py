"""What is said of packs that cannot be read; the packs beside them stay."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.packs.pack import PackProblem, PackRecord
from engine.paths import Folders
from tests.packs.conftest import MakeShelf, Write, declared

Only = Callable[[], PackRecord]


def problem(record: PackRecord) -> PackProblem:
    (found,) = record.problems
    return found


def test_a_syntax_error_is_told_with_file_and_line(write: Write, only: Only):
    path = write("broken", "x = 1\ndef f(:\n")

    assert only().state == "failed"
    assert problem(only()).file == str(path / "__init__.py")
    assert problem(only()).line == 2
    assert "no Python that can be read" in problem(only()).message


def test_the_innermost_place_inside_the_pack_is_named(write: Write, only: Only):
    path = write("fails", "from . import sub", sub__py="import json\n\njson.loads('{')\n")

    found = problem(only())

    assert (found.file, found.line) == (str(path / "sub.py"), 3)
    assert "JSONDecodeError: Expecting property name" in found.message


def test_a_pack_in_one_file_has_places_too(write: Write, only: Only):
    path = write("fails.py", "\n\n1 / 0\n")

    found = problem(only())

    assert (found.file, found.line) == (str(path), 3)
    assert "ZeroDivisionError: division by zero." in found.message


def test_sys_exit_is_a_problem_like_others(write: Write, only: Only):
    write("exits", "import sys\n\nsys.exit(3)\n")

    assert problem(only()).line == 3
    assert "It ends the program, by sys.exit(3)" in problem(only()).message


def test_interrupting_at_import_is_a_problem_like_others(write: Write, only: Only):
    write("interrupts", "raise KeyboardInterrupt")

    assert only().state == "failed"


def test_an_error_that_cannot_be_shown_is_a_problem_like_others(write: Write, only: Only):
    write("odd", "class Odd(Exception):\n    def __str__(self): return 1 / 0\nraise Odd")

    assert problem(only()).message == "It can not be imported: Odd."


def test_a_wrong_declaration_names_its_place(write: Write, only: Only):
    path = write("a", "from engine import node\n\n@node(category='x')\ndef f(a) -> int: ...\n")

    found = problem(only())

    assert (found.file, found.line) == (str(path / "__init__.py"), 3)
    assert 'does not say the type of "a"; annotate it' in found.message


def test_a_missing_module_is_named(write: Write, only: Only):
    write("needs", "import no_such_module.part")

    assert 'It needs the module "no_such_module", which is not installed' in problem(only()).message


def test_requirements_say_what_to_run(write: Write, only: Only):
    path = write("needs", "import no_such_module", requirements__txt="no-such-module>=2\n")

    assert f'pip install -r "{path / "requirements.txt"}"' in only().problems[0].message


def test_its_own_missing_module_is_told(write: Write, only: Only):
    write("a", "from .lost import x\n")

    assert 'imports its own module "lost", which is not there' in problem(only()).message


@pytest.mark.parametrize(
    "text",
    [
        "import folder_paths",
        "import comfy.samplers",
        "from comfy_extras import nodes_mask",
        "from server import PromptServer",
        "from nodes import MAX_RESOLUTION",
        "import nodes\nnodes.MAX_RESOLUTION",
    ],
)
def test_comfyuis_own_modules_are_said_to_be_so(write: Write, only: Only, text: str):
    write("reaches", text)

    assert "ComfyUI's own module" in problem(only()).message
    assert "not supported yet" in problem(only()).message


def test_a_failing_prestartup_script_is_told_and_the_pack_stays(write: Write, only: Only):
    path = write("a", declared("A"), prestartup_script__py="\nraise ValueError('early')\n")

    assert only().nodes == ("A",)
    assert problem(only()).file == str(path / "prestartup_script.py")
    assert problem(only()).line == 2
    assert "Its prestartup_script.py failed: ValueError: early." in problem(only()).message


def test_a_pack_without_nodes_is_told(write: Write, only: Only):
    write("empty", "x = 1")

    assert "It declares no nodes" in problem(only()).message


def test_an_id_that_is_declared_twice_stays_with_the_first(write: Write, only: Only):
    write("a", declared("A") + declared("A").replace("def a", "def b"))

    assert only().nodes == ("A",)
    assert 'The node id "A" is declared twice' in problem(only()).message
    assert problem(only()).line == 11


def test_other_packs_are_there_beside_bad_ones(write: Write, make_shelf: MakeShelf):
    write("a", "1 / 0")
    write("b", "import sys; sys.exit()")
    write("c", declared("C"))
    write("d", "import nothing_like_it")

    assert [spec.id for spec in make_shelf().all()] == ["C"]


def test_a_thread_that_dies_harms_nothing(
    write: Write, make_shelf: MakeShelf, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("threading.excepthook", lambda _: None)
    starts = "import threading; t = threading.Thread(target=lambda: 1 / 0); t.start(); t.join()"
    write("a", declared("A", before=starts))
    write("b", declared("B"))

    assert [spec.id for spec in make_shelf().all()] == ["A", "B"]


def test_a_built_in_id_stays_with_the_built_in(write: Write, make_shelf: MakeShelf):
    path = write("takes", declared("KSampler"))
    shelf = make_shelf()

    assert shelf.find("KSampler") is None
    (record,) = shelf.packs()
    assert record.nodes == ()
    assert 'The node id "KSampler" is taken by a built-in node' in problem(record).message
    assert (problem(record).file, problem(record).line) == (str(path / "__init__.py"), 4)


def test_an_id_stays_with_the_pack_that_comes_first(write: Write, make_shelf: MakeShelf):
    write("b", declared("Same", gives=2))
    write("a", declared("Same", gives=1))
    shelf = make_shelf()

    first, second = shelf.packs()

    assert (first.name, first.nodes, first.problems) == ("a", ("Same",), ())
    assert (second.name, second.nodes) == ("b", ())
    assert 'taken by pack "a"' in problem(second).message
    assert [spec.source for spec in shelf.all()] == ["a"]


def test_unmet_requirements_are_listed_with_their_lines(write: Write, only: Only):
    wanted = "# a comment\nmsgspec>=0.1\nmsgspec>=999  # later\nno-such==1\n-r other.txt\n\n"
    path = write("a", declared("A"), requirements__txt=wanted)

    record = only()

    assert record.state == "ok"
    assert [each.line for each in record.problems] == [3, 4]
    assert '"msgspec>=999" is asked for and' in record.problems[0].message
    assert '"no-such==1" is not installed' in record.problems[1].message
    assert record.problems[0].file == str(path / "requirements.txt")


def test_requirements_with_hashes_are_looked_at(write: Write, only: Only):
    wanted = "no-such==1 \\\n    --hash=sha256:ab\nmsgspec>=999 --hash=sha256:cd\n"
    write("a", declared("A"), requirements__txt=wanted)

    assert [each.line for each in only().problems] == [1, 3]
    assert '"no-such==1" is not installed' in only().problems[0].message


def test_requirements_of_another_system_are_met(write: Write, only: Only):
    write("a", declared("A"), requirements__txt='no-such; sys_platform == "elsewhere"\n')

    assert only().problems == ()


@pytest.mark.parametrize("web", ["../..", "nowhere", "/etc", 3])
def test_files_for_the_browser_lie_inside_the_pack(write: Write, only: Only, web: object):
    write("a", declared("A", before=f"WEB_DIRECTORY = {web!r}"))

    assert only().web_directory is None
    assert "is not a folder inside the pack" in problem(only()).message


@pytest.mark.parametrize("web", ["a\0b", "x" * 5000], ids=["null", "long"])
def test_a_folder_for_the_browser_with_an_impossible_name_leaves_the_nodes(
    write: Write, only: Only, web: str
):
    write("a", declared("A", before=f"WEB_DIRECTORY = {web!r}"))

    assert only().nodes == ("A",)
    assert "is not a folder inside the pack" in problem(only()).message


@pytest.mark.parametrize(
    "given", ["['a']", "{'kind': 'folder'}", "{'kind': 3}", "{1: ['a']}", "{'input': ['a']}"]
)
def test_wrong_model_folders_are_told(write: Write, only: Only, given: str):
    write("a", declared("A", before=f"MODEL_FOLDERS = {given}"))

    assert "MODEL_FOLDERS takes a form like" in problem(only()).message


@pytest.mark.parametrize(
    "name",
    ["/etc", "..", "../../x", "a/../../b", "C:\\x", "..\\x", "\\\\host\\x", "~/x", "", ".", "a\0b"],
)
def test_folders_of_models_lie_inside_models(
    write: Write, only: Only, make_shelf: MakeShelf, folders: Folders, name: str
):
    write("a", declared("A", before=f"MODEL_FOLDERS = {{'kind': [{name!r}]}}"))

    assert "folders inside models/" in problem(only()).message
    assert "kind" not in folders.models


@pytest.mark.parametrize("kind", ["../k", "a/b", "/abs", "", "..", "a\\b"])
def test_a_kind_of_models_is_a_plain_name(write: Write, only: Only, kind: str):
    write("a", declared("A", before=f"MODEL_FOLDERS = {{{kind!r}: ['a']}}"))

    assert "MODEL_FOLDERS takes a form like" in problem(only()).message


@pytest.mark.parametrize("type_id", [" ", "new\nline", "\ud800", "subgraph:1"])
def test_an_id_that_cannot_be_one_is_told(write: Write, only: Only, type_id: str):
    write("a", declared("A") + declared("B").replace('title="B"', f"title='B', id={type_id!r}"))

    assert only().nodes == ("A",)
    assert "can not be the id of a node" in problem(only()).message
    assert problem(only()).line == 11


def test_what_no_file_can_hold_in_a_title_is_replaced(write: Write, make_shelf: MakeShelf):
    write("a", declared("A").replace('title="A"', "title='A\\ud800', id='A'"))
    make_shelf().packs()

    assert [node.title for _, node in make_shelf().summaries()] == ["A?"]


def test_mappings_that_are_none_are_no_nodes(write: Write, only: Only):
    write("a", "NODE_CLASS_MAPPINGS = None")

    assert "It declares no nodes" in problem(only()).message


def test_an_exit_in_a_declaration_is_told_with_its_line(write: Write, only: Only):
    text = """\
        import sys
        class Ends:
            RETURN_TYPES, FUNCTION = (), "go"
            @classmethod
            def INPUT_TYPES(cls):
                sys.exit(2)
            def go(self): ...
        NODE_CLASS_MAPPINGS = {"Ends": Ends}
    """
    path = write("ends", text)

    assert "It tried to end the program. A pack must not do that." in problem(only()).message
    assert not problem(only()).message.endswith("..")
    assert problem(only()).file == str(path / "__init__.py")
    assert problem(only()).line > 0


def test_a_pack_leaves_the_working_directory(write: Write, only: Only):
    before = Path.cwd()
    write("a", declared("A", before="import os; os.chdir('/')"))

    assert only().nodes == ("A",)
    assert Path.cwd() == before


def test_a_pack_that_cannot_be_read_is_listed(
    write: Write, make_shelf: MakeShelf, monkeypatch: pytest.MonkeyPatch
):
    path = write("locked", declared("A"))
    write("open", declared("B"))
    refuse_path(monkeypatch, path)

    records = {record.name: record for record in make_shelf().packs()}

    assert records["locked"].state == "failed"
    assert "can not be read: Permission denied" in problem(records["locked"]).message
    assert records["open"].nodes == ("B",)


def refuse_path(monkeypatch: pytest.MonkeyPatch, refused: Path) -> None:
    """Make the files of a pack unreadable, as they are for another user."""
    read = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path.is_relative_to(refused):
            raise PermissionError(13, "Permission denied")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
