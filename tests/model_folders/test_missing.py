from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import PathError
from engine.paths import Folders
from engine.widgets import FileChoice
from tests.model_files import put

LORA = FileChoice(kind="loras")


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    folders = Folders.at(tmp_path)
    folders.add_kind("loras", [Path("more")])
    return folders


def refusal(name: str, folders: Folders) -> str:
    with pytest.raises(PathError) as caught:
        LORA.check(name, folders)
    return caught.value.message


def test_both_slashes_name_one_file(folders: Folders):
    put(folders.base, "models/loras/XL/a.pt")

    assert LORA.check("XL\\a.pt", folders) == "XL/a.pt"
    assert LORA.check("XL/a.pt", folders) == "XL/a.pt"


@pytest.mark.parametrize("name", ["a.pt", "old place/a.pt", "C/old\\a.pt", "XL/a.pt"])
def test_a_model_that_moved_is_found_by_its_file_name(name: str, folders: Folders):
    put(folders.base, "more/styles/a.pt", "models/loras/b.pt")

    assert LORA.check(name, folders) == "styles/a.pt"


def test_a_file_under_its_own_name_is_not_looked_for_elsewhere(folders: Folders):
    put(folders.base, "models/loras/a.pt", "more/sub/a.pt")

    assert LORA.check("a.pt", folders) == "a.pt"


def test_a_name_in_two_roots_is_one_model(folders: Folders):
    put(folders.base, "models/loras/sub/a.pt", "more/sub/a.pt")

    assert LORA.check("a.pt", folders) == "sub/a.pt"


def test_several_files_of_that_name_are_listed(folders: Folders):
    put(folders.base, "models/loras/XL/a.pt", "models/loras/SD/a.pt")

    assert refusal("a.pt", folders) == (
        'There is no "a.pt" among the loras. Several files have that name: "SD/a.pt", "XL/a.pt". '
        "Choose one of them."
    )


def test_nearest_file_names_are_listed_with_their_folders(folders: Folders):
    put(folders.base, "models/loras/XL/detail_tweaker_xl.safetensors", "more/x.pt")

    assert refusal("sd/detail_tweaker.safetensors", folders) == (
        'There is no "sd/detail_tweaker.safetensors" among the loras. '
        'Nearest names: "XL/detail_tweaker_xl.safetensors". '
        "Put the file into models/loras or more."
    )


def test_a_file_of_another_kind_is_told(folders: Folders):
    put(folders.base, "models/checkpoints/sub/a.pt")

    assert "A file of that name lies among the checkpoints." in refusal("a.pt", folders)


def test_a_name_that_leaves_its_folder_is_not_looked_for(folders: Folders):
    put(folders.base, "models/loras/a.pt")

    assert "leads out of the folder" in refusal("../../secret/a.pt", folders)


def test_pictures_are_not_looked_for_elsewhere(folders: Folders):
    put(folders.base, "input/sub/a.png")

    with pytest.raises(PathError, match=r'no "a.png" among the input'):
        FileChoice(kind="input").check("a.png", folders)
