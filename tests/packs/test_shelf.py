from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from engine.packs import shelf as shelf_module
from engine.packs.loader import Import
from engine.packs.memo import FILE
from engine.packs.shelf import PackShelf, add_kinds_of_packs
from engine.paths import Folders
from tests.packs.conftest import MakeShelf, Write, declared, tallied


def ids(shelf: PackShelf) -> list[str]:
    return [spec.id for spec in shelf.all()]


def test_nothing_is_looked_for_before_the_first_question(
    write: Write, make_shelf: MakeShelf, monkeypatch: pytest.MonkeyPatch
):
    write("a", declared("A"))
    monkeypatch.setattr(shelf_module, "discover", lambda *_: pytest.fail("was searched"))

    make_shelf()


def test_a_type_is_found_in_its_pack(write: Write, make_shelf: MakeShelf):
    write("a", declared("A", gives=7))

    spec = make_shelf().find("A")

    assert spec is not None
    assert spec.function() == 7
    assert spec.source == "a"


def test_a_node_carries_the_digest_of_its_pack(write: Write, make_shelf: MakeShelf):
    write("a", declared("A"))
    write("b", declared("B"))

    codes = {spec.code for spec in make_shelf().all()}

    assert len(codes) == 2
    assert all(len(code) == 64 for code in codes)


def test_nodes_of_submodules_belong_to_the_pack(write: Write, make_shelf: MakeShelf):
    write("a.b c", "from .parts import a", parts__py=declared("A"))

    assert ids(make_shelf()) == ["A"]


def test_a_file_is_a_pack(write: Write, make_shelf: MakeShelf):
    write("single.py", declared("A"))

    assert make_shelf().packs()[0].nodes == ("A",)


def test_a_linked_pack_is_read(home: Path, make_shelf: MakeShelf):
    (home / "elsewhere").mkdir()
    (home / "elsewhere" / "__init__.py").write_text(declared("A"))
    (home / "custom_nodes" / "linked").symlink_to(home / "elsewhere")

    assert ids(make_shelf()) == ["A"]


@pytest.mark.parametrize("name", ["a pack", "a.pack", "ünï-包", "1st", "class"])
def test_packs_of_any_name_are_imported(write: Write, make_shelf: MakeShelf, name: str):
    write(name, "from .sub import a", sub__py=declared("A"))

    assert ids(make_shelf()) == ["A"]


def test_two_packs_of_one_name_do_not_share_modules(
    home: Path, write: Write, make_shelf: MakeShelf
):
    write("twin", declared("A"))
    write("twin.py", declared("B"))
    shelf = make_shelf()

    first, second = shelf.packs()

    assert (first.path.name, first.nodes) == ("twin", ("A",))
    assert (second.path.name, second.state) == ("twin.py", "failed")
    assert 'Another pack is named "twin"' in second.problems[0].message
    assert str(home / "custom_nodes" / "twin") in second.problems[0].message


def test_prestartup_runs_before_the_pack(write: Write, make_shelf: MakeShelf, imports: list[str]):
    early = "import tally; tally.names.append('early')"
    write("a", tallied("A"), prestartup_script__py=early)

    make_shelf().find("A")

    assert imports == ["early", "A"]


def test_an_event_loop_is_there_at_import(write: Write, make_shelf: MakeShelf):
    uses = "import asyncio; asyncio.get_event_loop().run_until_complete(asyncio.sleep(0))"
    write("a", declared("A", before=uses))

    assert ids(make_shelf()) == ["A"]


def test_files_for_the_browser_are_found(write: Write, make_shelf: MakeShelf):
    path = write("a", declared("A", before="WEB_DIRECTORY = './js'"))
    (path / "js").mkdir()
    project = write("b", declared("B"), pyproject__toml='[tool.comfy]\nweb = "web"')
    (project / "web").mkdir()

    webs = [record.web_directory for record in make_shelf().packs()]

    assert webs == [path / "js", project / "web"]


KINDS = "MODEL_FOLDERS = {'ipadapter': ['ipadapter', 'ipa']}"


def test_kinds_of_models_come_with_the_pack(
    home: Path, folders: Folders, write: Write, make_shelf: MakeShelf
):
    write("a", declared("A", before=KINDS))

    make_shelf().find("A")

    assert folders.roots("ipadapter") == (home / "models/ipadapter", home / "models/ipa")


def test_the_next_start_knows_the_kinds_of_models_without_importing(
    home: Path, write: Write, make_shelf: MakeShelf
):
    write("a", declared("A", before=KINDS))
    make_shelf().packs()
    folders = Folders.at(home)

    add_kinds_of_packs(folders)

    assert folders.roots("ipadapter") == (home / "models/ipadapter", home / "models/ipa")


def test_a_disabled_pack_is_listed_and_not_read(
    write: Write, make_shelf: MakeShelf, imports: list[str]
):
    write("a", tallied("A"))
    write("b", tallied("B"))
    shelf = make_shelf("a")

    assert [(each.name, each.state) for each in shelf.packs()] == [("a", "disabled"), ("b", "ok")]
    assert shelf.find("A") is None
    assert imports == ["B"]


def test_a_disabled_pack_leaves_its_ids_to_others(write: Write, make_shelf: MakeShelf):
    write("a", declared("Same", gives=1))
    write("b", declared("Same", gives=2))

    assert [spec.source for spec in make_shelf("a").all()] == ["b"]


def test_the_next_start_knows_types_without_importing(
    write: Write, make_shelf: MakeShelf, imports: list[str]
):
    write("a", tallied("A"))
    write("b", tallied("B"))
    make_shelf().packs()
    imports.clear()

    assert list(make_shelf().known()) == ["A", "B"]
    assert imports == []


def test_the_next_start_reads_only_the_pack_that_has_a_type(
    write: Write, make_shelf: MakeShelf, imports: list[str]
):
    for name in ("A", "B", "C"):
        write(name, tallied(name))
    make_shelf().packs()
    imports.clear()

    assert make_shelf().find("B") is not None
    assert imports == ["B"]


def test_the_next_start_lists_without_importing(
    write: Write, make_shelf: MakeShelf, imports: list[str]
):
    write("a", tallied("A"))
    before = make_shelf().packs(), make_shelf().summaries()
    imports.clear()

    assert (make_shelf().packs(), make_shelf().summaries()) == before
    assert imports == []


def test_summaries_tell_what_a_list_shows(write: Write, make_shelf: MakeShelf):
    write("a", declared("Blur It", gives=3))

    ((pack, node),) = make_shelf().summaries()

    assert pack == "a"
    assert (node.id, node.title, node.category) == ("BlurIt", "Blur It", "toy")
    assert node.description == "Give 3."


def test_a_changed_pack_is_read_at_the_next_start(
    write: Write, make_shelf: MakeShelf, imports: list[str]
):
    write("a", tallied("A"))
    make_shelf().packs()
    write("a", tallied("A", "New"))
    imports.clear()

    assert list(make_shelf().known()) == []
    assert make_shelf().find("New") is not None
    assert imports == ["A"]


def test_a_touched_pack_is_still_known(write: Write, make_shelf: MakeShelf, imports: list[str]):
    path = write("a", tallied("A"))
    make_shelf().packs()
    os.utime(path / "__init__.py", ns=(0, 0))
    imports.clear()

    assert list(make_shelf().known()) == ["A"]
    assert imports == []


def test_a_damaged_memo_is_made_anew(home: Path, write: Write, make_shelf: MakeShelf):
    write("a", declared("A"))
    make_shelf().packs()
    (home / "cache" / FILE).write_text("{")

    assert make_shelf().find("A") is not None
    assert list(make_shelf().known()) == ["A"]


def test_a_removed_pack_is_forgotten(write: Write, make_shelf: MakeShelf):
    path = write("a.py", declared("A"))
    make_shelf().packs()

    path.unlink()

    assert list(make_shelf().known()) == []


def test_a_new_pack_before_the_known_owner_takes_the_id(write: Write, make_shelf: MakeShelf):
    write("b", declared("Same", gives=2))
    make_shelf().packs()
    write("a", declared("Same", gives=1))

    spec = make_shelf().find("Same")

    assert spec is not None
    assert spec.source == "a"


def test_an_unknown_type_reads_what_is_not_known(
    write: Write, make_shelf: MakeShelf, imports: list[str]
):
    write("known", tallied("A"))
    make_shelf().packs()
    write("new", tallied("B"))
    imports.clear()

    assert make_shelf().find("Nothing") is None
    assert imports == ["B"]


FAILS_UNTIL_OPEN = """
import gate
if not gate.event.is_set():
    raise ImportError("not yet")
"""


def test_a_failed_pack_is_tried_again_when_a_type_is_found_nowhere(
    write: Write, make_shelf: MakeShelf, gate: threading.Event
):
    write("a", declared("A", before=FAILS_UNTIL_OPEN))
    make_shelf().packs()
    gate.set()

    assert make_shelf().find("A") is not None


def test_a_failed_pack_is_tried_again_when_packs_are_listed(
    write: Write, make_shelf: MakeShelf, gate: threading.Event
):
    write("a", declared("A", before=FAILS_UNTIL_OPEN))
    make_shelf().packs()
    gate.set()

    (record,) = make_shelf().packs()

    assert (record.state, record.nodes) == ("ok", ("A",))


def test_a_failed_pack_is_tried_once_a_process(
    write: Write, make_shelf: MakeShelf, imports: list[str]
):
    write("a", "import tally; tally.names.append('A'); 1 / 0")
    shelf = make_shelf()

    for _ in range(3):
        assert shelf.find("Nothing") is None
        assert list(shelf.all()) == []
    assert imports == ["A"]


def test_a_failed_pack_before_the_owner_is_not_tried_for_a_known_type(
    write: Write, make_shelf: MakeShelf, imports: list[str]
):
    write("a", "import tally; tally.names.append('failed'); 1 / 0")
    write("b", tallied("B"))
    make_shelf().packs()
    imports.clear()

    make_shelf().find("B")

    assert imports == ["B"]


WAITS = "import gate; gate.event.wait()"


def test_a_slow_pack_is_left_behind_and_comes_in_when_it_is_done(
    write: Write, make_shelf: MakeShelf, gate: threading.Event, monkeypatch: pytest.MonkeyPatch
):
    wait = Import.wait
    # so that nothing depends on how fast "b" is read
    monkeypatch.setattr(
        Import,
        "wait",
        lambda self, _: wait(self, 20 if gate.is_set() or self._pack.name == "b" else 0),
    )
    write("a", declared("A", before=WAITS))
    write("b", declared("B"))
    shelf = make_shelf()

    assert [(each.name, each.state) for each in shelf.packs()] == [("a", "reading"), ("b", "ok")]
    gate.set()
    assert shelf.find("A") is not None
    assert ids(shelf) == ["A", "B"]


def test_a_slow_pack_is_remembered_when_it_is_done(
    write: Write, make_shelf: MakeShelf, gate: threading.Event
):
    write("a", declared("A", before=WAITS))
    shelf = make_shelf(patience_s=0)
    shelf.packs()
    gate.set()
    shelf.find("A")

    assert list(make_shelf().known()) == ["A"]


def test_who_needs_a_slow_pack_waits_for_it(
    write: Write, make_shelf: MakeShelf, gate: threading.Event
):
    write("a", declared("A", before=WAITS))
    shelf = make_shelf(patience_s=0)
    opener = threading.Timer(0.05, gate.set)
    opener.start()

    assert shelf.find("A") is not None


def test_who_needs_a_pack_that_hangs_gives_up(
    write: Write, make_shelf: MakeShelf, gate: threading.Event
):
    write("a", declared("A", before=WAITS))

    assert make_shelf(patience_s=0, limit_s=0).find("A") is None


def test_a_pack_may_ask_for_nodes_while_it_is_read(
    write: Write, make_shelf: MakeShelf, monkeypatch: pytest.MonkeyPatch
):
    shelf = make_shelf()
    asks = "import sys; found = sys.modules['asked'].find('Later')"
    monkeypatch.setitem(__import__("sys").modules, "asked", shelf)
    write("a", declared("A", before=asks))
    write("b", declared("B"))

    assert ids(shelf) == ["A", "B"]
