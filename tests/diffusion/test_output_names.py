import errno
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest

from engine.diffusion.imaging import output_names
from engine.diffusion.imaging.output_names import (
    NumberedFiles,
    numbered_files,
    widget_value,
)
from engine.errors import Interrupted, PathError, StorageError
from engine.files.output_files import next_number

NOW = datetime(2031, 2, 3, 14, 5, 6)
WIDGETS = {"KSampler.seed": 42, "Positive.text": "a/b: c?", "Save.format.depth": 8}


def files(root: Path, prefix: str) -> NumberedFiles:
    """Return the numbered files of a prefix for a picture of 640 x 480 pixels."""
    return numbered_files(root, prefix, width=640, height=480, now=NOW, find_widget=WIDGETS.get)


@pytest.mark.parametrize(
    ("prefix", "stem"),
    [
        ("image", "image"),
        ("%width%x%height%", "640x480"),
        ("%year%-%month%-%day%", "2031-02-03"),
        ("%hour%.%minute%.%second%", "14.05.06"),
        ("%date:yyyy-MM-dd%", "2031-02-03"),
        ("%date:yy-M-d h.m.s%", "31-2-3 14.5.6"),
        ("%date:hh:mm:ss%", "14_05_06"),
        ("%KSampler.seed%_a", "42_a"),
        ("%Positive.text%", "a_b_ c_"),
        ("%Save.format.depth%", "8"),
        ("%Nobody.seed%", "%Nobody.seed%"),
        ("100% %width%", "100% 640"),
        ("50%_%height%_%", "50%_480_%"),
        ("%batch_num%", "%batch_num%"),
    ],
)
def test_tokens_are_filled_in_and_other_text_stays(tmp_path: Path, prefix: str, stem: str):
    assert files(tmp_path, prefix).stem == stem


@pytest.mark.parametrize(
    ("reference", "value"),
    [
        ("KSampler.seed", 7),
        ("v1.5 pass.seed", 7),
        ("Save.format.depth", 8),
        ("KSampler.model", None),
        ("KSampler.steps", None),
        ("Other.seed", None),
    ],
)
def test_a_value_is_found_by_the_title_or_type_of_its_node(reference: str, value: int | None):
    prompt = {
        "1": {"class_type": "KSampler", "inputs": {"seed": 7, "model": ["2", 0]},
              "_meta": {"title": "v1.5 pass"}},
        "2": {"class_type": "Save", "inputs": {"format.depth": 8}},
    }  # fmt: skip

    assert widget_value(prompt, reference) == value


def test_a_prefix_may_name_subfolders(tmp_path: Path):
    found = files(tmp_path, r"%year%\portraits/%date:MM/dd%/face")

    assert (found.subfolder, found.stem) == ("2031/portraits/02/03", "face")
    assert found.folder == tmp_path.resolve() / "2031/portraits/02/03"


@pytest.mark.parametrize(
    "prefix", ["../image", "a/../../b", "/etc/image", "C:/image", "", " ", "a\0b", "..", "."]
)
def test_a_prefix_never_leaves_its_folder(tmp_path: Path, prefix: str):
    with pytest.raises(PathError):
        files(tmp_path, prefix)


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out/link").symlink_to(tmp_path)

    with pytest.raises(PathError, match="leads out of"):
        files(tmp_path / "out", "link/image")


@pytest.mark.parametrize("prefix", ["folder/", "a/..", "folder\\"])
def test_a_prefix_that_names_a_folder_is_refused(tmp_path: Path, prefix: str):
    with pytest.raises(PathError, match="names a folder"):
        files(tmp_path, prefix)


def test_the_value_of_a_widget_makes_no_folder(tmp_path: Path):
    assert files(tmp_path, "%Positive.text%").subfolder == ""


def test_the_first_file_has_number_one(tmp_path: Path):
    path = files(tmp_path, "new/image").write(b"data", ".png")

    assert path == tmp_path.resolve() / "new/image_00001_.png"
    assert path.read_bytes() == b"data"


def test_the_next_number_follows_the_highest_whatever_the_suffix(tmp_path: Path):
    for name in ("image_00003_.png", "image_00007_.webp", "image_2.png", "image_9_a_.png"):
        (tmp_path / name).touch()

    assert next_number(tmp_path, "image") == 10


def test_other_prefixes_do_not_count(tmp_path: Path):
    for name in ("image_00003_.png", "my_image_00007_.png", "imagery_00008_.png", "a.b_00004_.png"):
        (tmp_path / name).touch()

    assert [next_number(tmp_path, stem) for stem in ("image", "a+b", "i")] == [4, 1, 1]


def test_numbers_may_outgrow_five_digits(tmp_path: Path):
    (tmp_path / "image_99999_.png").touch()

    assert files(tmp_path, "image").write(b"", ".png").name == "image_100000_.png"


def test_the_place_in_the_batch_is_part_of_the_name(tmp_path: Path):
    numbered = files(tmp_path, "image-%batch_num%")

    names = [numbered.write(b"", ".png", place).name for place in (0, 1, 1)]

    assert names == ["image-0_00001_.png", "image-1_00001_.png", "image-1_00002_.png"]


def test_writers_at_the_same_time_get_names_of_their_own(tmp_path: Path):
    numbered = files(tmp_path, "image")

    with ThreadPoolExecutor(8) as pool:
        paths = list(pool.map(lambda n: numbered.write(str(n).encode(), ".png"), range(40)))

    assert sorted(path.name for path in paths) == [f"image_{n:05}_.png" for n in range(1, 41)]
    assert [path.read_bytes() for path in paths] == [str(n).encode() for n in range(40)]


def test_nothing_else_is_left_in_the_folder(tmp_path: Path):
    path = files(tmp_path, "image").write(b"data", ".png")

    assert list(tmp_path.iterdir()) == [path]


def test_a_file_system_without_links_numbers_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(os, "link", failing(errno.EPERM))
    (tmp_path / "image_00001_.png").touch()

    path = files(tmp_path, "image").write(b"data", ".png")

    assert path.name == "image_00002_.png"
    assert path.read_bytes() == b"data"
    assert len(list(tmp_path.iterdir())) == 2


def failing(code: int) -> Callable[..., None]:
    """Return a function that fails as the operating system does."""

    def fail(*args: object, **options: object) -> None:
        raise OSError(code, os.strerror(code))

    return fail


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (errno.ENOSPC, "the disk is full. Make room"),
        (errno.EACCES, "there is no permission"),
        (errno.EROFS, "there is no permission"),
        (errno.EIO, "Input/output error"),
    ],
)
def test_a_folder_that_takes_nothing_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, message: str
):
    monkeypatch.setattr(Path, "open", failing(code))

    with pytest.raises(StorageError, match=f'"image.png" can not be written .*{message}'):
        files(tmp_path, "image").write(b"data", ".png")

    assert list(tmp_path.iterdir()) == []


def test_a_name_that_is_too_long_is_explained(tmp_path: Path):
    with pytest.raises(StorageError, match="the name is too long"):
        files(tmp_path, "a" * 250).write(b"", ".png")


def test_names_are_made_without_torch():
    code = f"import sys, {output_names.__name__}; sys.exit('torch' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_value_of_a_node_is_found_by_the_nodes_handle():
    prompt = {"3": {"class_type": "KSampler", "inputs": {"seed": 7}, "_meta": {"handle": "Mine"}}}

    assert widget_value(prompt, "Mine.seed") == 7


def test_a_file_may_be_given_in_parts(tmp_path: Path):
    path = files(tmp_path, "image").write((part for part in (b"a", b"", b"bc")), ".png")

    assert path.read_bytes() == b"abc"


def test_parts_that_end_in_an_error_leave_nothing(tmp_path: Path):
    def parts() -> Iterator[bytes]:
        yield b"a"
        raise Interrupted("The job was cancelled.")

    with pytest.raises(Interrupted):
        files(tmp_path, "image").write(parts(), ".png")

    assert list(tmp_path.iterdir()) == []
