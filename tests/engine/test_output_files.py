import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.context import Context
from engine.engine import Engine
from engine.errors import StorageError
from engine.files.output_files import Reservation, next_number, remove_leftovers, write_numbered
from engine.paths import Folders
from engine.registry import Registry
from engine.results import NodeResult
from tests.fakes import toy
from tests.graphs import Graphs


def named(name: str) -> Callable[[int], str]:
    """Return what gives this name whatever is free."""
    return lambda least: name


def test_a_reserved_name_is_used(tmp_path: Path):
    path = write_numbered(tmp_path, "image", ".png", b"data", named("image_00007_.png"))

    assert path == tmp_path / "image_00007_.png"
    assert path.read_bytes() == b"data"
    assert list(tmp_path.iterdir()) == [path]


def test_the_smallest_free_number_is_told(tmp_path: Path):
    (tmp_path / "image_00004_.webp").touch()
    told: list[int] = []

    def name(least: int) -> str:
        told.append(least)
        return "image_00009_.png"

    write_numbered(tmp_path, "image", ".png", b"", name)

    assert told == [5]


def test_what_an_earlier_run_wrote_under_the_name_is_replaced(tmp_path: Path):
    (tmp_path / "image_00003_.png").write_bytes(b"of the run that was killed")

    path = write_numbered(tmp_path, "image", ".png", b"again", named("image_00003_.png"))

    assert path.read_bytes() == b"again"
    assert list(tmp_path.iterdir()) == [path]


def test_a_name_of_an_earlier_time_is_filled_again(tmp_path: Path):
    (tmp_path / "14-05_00001_.png").write_bytes(b"before")

    path = write_numbered(tmp_path, "14-06", ".png", b"again", named("14-05_00001_.png"))

    assert path.name == "14-05_00001_.png"
    assert path.read_bytes() == b"again"


@pytest.mark.parametrize("has_links", [True, False])
def test_a_name_that_another_program_took_just_now_is_left_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_links: bool
):
    if not has_links:
        monkeypatch.setattr(os, "link", no_links)

    def taken(least: int) -> str:
        (tmp_path / "image_00001_.png").write_bytes(b"theirs")
        return "image_00001_.png"

    path = write_numbered(tmp_path, "image", ".png", b"ours", taken)

    assert path.name == "image_00002_.png"
    assert (tmp_path / "image_00001_.png").read_bytes() == b"theirs"


def no_links(*_: Any) -> None:
    raise OSError(errno.EPERM, "not permitted")


def test_a_reserved_file_is_whole_when_it_is_seen_without_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(os, "link", no_links)
    monkeypatch.setattr(Path, "touch", no_links)

    path = write_numbered(tmp_path, "image", ".png", b"data", named("image_00001_.png"))

    assert path.read_bytes() == b"data"


def test_a_failed_reservation_leaves_nothing_behind(tmp_path: Path):
    def fail(least: int) -> str:
        raise StorageError("The job is gone.")

    with pytest.raises(StorageError, match="gone"):
        write_numbered(tmp_path, "image", ".png", b"data", fail)

    assert list(tmp_path.iterdir()) == []


def test_names_that_only_look_alike_have_no_number(tmp_path: Path):
    for name in ("image__00009_.png", "image_x9_.png", "image_9", "image.png"):
        (tmp_path / name).touch()

    assert next_number(tmp_path, "image") == 1


KILLED = """
import os, sys
from pathlib import Path
from engine.files.output_files import write_numbered
write_numbered(Path(sys.argv[1]), "image", ".png", b"data", lambda least: os._exit(9))
"""


def test_a_process_killed_in_writing_leaves_only_a_part_which_can_be_removed(tmp_path: Path):
    root = Path(__file__).parents[2]
    code = subprocess.run([sys.executable, "-c", KILLED, tmp_path / "sub"], check=False, cwd=root)
    left = list((tmp_path / "sub").iterdir())

    removed = remove_leftovers(tmp_path)

    assert code.returncode == 9
    assert len(left) == 1
    assert left[0].name.startswith(".")
    assert removed == left
    assert list((tmp_path / "sub").iterdir()) == []


def test_a_file_being_written_and_all_other_files_stay(tmp_path: Path):
    others = [tmp_path / name for name in ("image_00001_.png", "mine.part", ".hidden")]
    for path in others:
        path.touch()
    found: list[list[Path]] = []

    def name(least: int) -> str:
        found.extend([remove_leftovers(tmp_path), [*tmp_path.glob(".*.part")]])
        return "image_00002_.png"

    write_numbered(tmp_path, "image", ".png", b"data", name)

    removed, being_written = found
    assert removed == []
    assert len(being_written) == 1
    assert all(path.exists() for path in others)


def test_a_part_of_a_living_process_is_removed_when_it_is_old(tmp_path: Path):
    part = tmp_path / f".{os.getppid()}-0123abcd-0123abcd.part"
    part.touch()

    young = remove_leftovers(tmp_path)
    os.utime(part, (0, 0))

    assert young == []
    assert remove_leftovers(tmp_path) == [part]


def test_a_part_of_a_dead_process_that_had_our_number_is_removed(tmp_path: Path):
    part = tmp_path / f".{os.getpid()}-00000000-0123abcd.part"
    part.touch()

    assert remove_leftovers(tmp_path) == [part]


# through an engine


def test_a_node_reserves_a_name_for_each_of_its_files(
    make_engine: Callable[..., Engine], registry: Registry, tmp_path: Path
):
    asked: list[Reservation] = []

    def reserve(reservation: Reservation) -> str:
        asked.append(reservation)
        return f"mine_{len(asked)}.txt"

    def save(times: int, ctx: Context) -> NodeResult:
        name_for: Any = ctx.names_in("temp")
        paths = [
            write_numbered(
                ctx.folders.temp, "a", ".txt", b"", lambda n: name_for("", "a", ".txt", n)
            )
            for _ in range(times)
        ]
        return NodeResult(ui={"text": [path.name for path in paths]})

    registry.add(toy("Save", save, (), hidden={"ctx": "context"}, is_output=True))
    g = Graphs()
    g.node("Save", at="save", times=g.node("Count", times=3))

    report = make_engine().run(g.document(), reserve=reserve)

    assert report.ui == {"save": {"text": ["mine_1.txt", "mine_2.txt", "mine_3.txt"]}}
    assert asked == [Reservation("save", n, "temp", "", "a", ".txt", 1) for n in (0, 1, 2)]
    assert sorted(path.name for path in Folders.at(tmp_path).temp.iterdir()) == [
        "mine_1.txt",
        "mine_2.txt",
        "mine_3.txt",
    ]
