from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from engine.errors import PathError
from engine.paths import DIFFUSERS_INDEX, MODEL_KINDS, Folders, inside


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders.at(tmp_path / "base")


def put(folders: Folders, *names: str) -> None:
    """Make empty files by their names below the base folder."""
    for name in names:
        path = folders.base / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def refusal(folders: Folders, kind: str, name: str) -> str:
    with pytest.raises(PathError) as caught:
        folders.find(kind, name)
    return caught.value.message


# names inside a folder


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("a.png", "a.png"),
        ("sub/a.png", "sub/a.png"),
        ("sub\\a.png", "sub/a.png"),
        ("./a.png", "a.png"),
        ("sub/../a.png", "a.png"),
        ("sub//a.png", "sub/a.png"),
        ("..a.png", "..a.png"),
        ("a b ü.png", "a b ü.png"),
        ("~/a.png", "~/a.png"),
        ("%2e%2e/a.png", "%2e%2e/a.png"),
    ],
)
def test_a_name_is_resolved_inside_its_folder(name: str, path: str, tmp_path: Path):
    assert inside(tmp_path, name) == tmp_path.resolve() / path


@pytest.mark.parametrize(
    "name",
    [
        "..",
        "../secret",
        "..\\secret",
        "sub/../../secret",
        "sub\\..\\..\\secret",
        "./../secret",
        "sub/..//../secret",
        "../root2/a.png",
        "/etc/passwd",
        "\\etc\\passwd",
        "//server/share",
        "\\\\server\\share",
        "C:\\secret",
        "C:/secret",
        "c:secret",
        "file:secret",
        "a\0.png",
        "\0",
        "",
        " ",
        "\t",
        "a\ud800.png",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(name: str, tmp_path: Path):
    root = tmp_path / "root"
    (root / "sub").mkdir(parents=True)
    (tmp_path / "root2").mkdir()

    with pytest.raises(PathError):
        inside(root, name)


def test_a_link_out_of_the_folder_is_refused(folders: Folders):
    put(folders, "secret", "input/a.png")
    (folders.input / "out").symlink_to(folders.base)

    with pytest.raises(PathError, match='"out/secret" leads out of the folder "input"'):
        inside(folders.input, "out/secret")


def test_a_link_inside_the_folder_is_followed(folders: Folders):
    put(folders, "input/sub/a.png")
    (folders.input / "link").symlink_to(folders.input / "sub")

    assert inside(folders.input, "link/a.png") == (folders.input / "sub/a.png").resolve()


def test_a_link_that_is_the_folder_itself_is_fine(tmp_path: Path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")

    assert inside(tmp_path / "link", "a.png") == (tmp_path / "real").resolve() / "a.png"


def test_a_link_to_itself_is_a_path_error(tmp_path: Path):
    (tmp_path / "loop").symlink_to("loop")

    with pytest.raises(PathError):
        inside(tmp_path, "loop/a.png")


def test_a_name_is_told_as_it_can_be_printed(tmp_path: Path):
    with pytest.raises(PathError) as caught:
        inside(tmp_path, "/\ud800" + "x" * 5_000)

    assert caught.value.message.encode()
    assert len(caught.value.message) < 250


NAMES = st.lists(
    st.sampled_from(["..", ".", "", "sub", "out", "in", "a.png", "\\..\\", "C:", "\0", "~"])
    | st.text(max_size=3),
    max_size=6,
).map("/".join)


@example("../" * 50 + "etc/passwd")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(NAMES)
def test_no_name_leads_out_of_its_folder(tmp_path: Path, name: str):
    root = tmp_path / "root"
    (root / "sub").mkdir(parents=True, exist_ok=True)
    for link, target in (("out", tmp_path), ("in", root / "sub")):
        if not (root / link).is_symlink():
            (root / link).symlink_to(target)

    try:
        path = inside(root, name)
    except PathError:
        return

    assert path.resolve().is_relative_to(root.resolve())


# kinds of folders


def test_model_folders_are_named_as_in_comfyui(folders: Folders):
    assert folders.models["text_encoders"] == (
        folders.base / "models/text_encoders",
        folders.base / "models/clip",
    )
    assert set(folders.models) == set(MODEL_KINDS)


def test_the_output_folder_may_be_elsewhere(tmp_path: Path):
    folders = Folders.at(tmp_path, output=tmp_path / "there")

    assert folders.roots("output") == (tmp_path / "there",)
    assert folders.roots("input") == (tmp_path / "input",)


def test_an_unknown_kind_is_refused_with_those_there_are(folders: Folders):
    with pytest.raises(PathError, match=r'no folder kind "lora".*loras.*temp'):
        folders.roots("lora")


# lists of names


def test_names_are_listed_with_their_subfolders(folders: Folders):
    put(folders, "models/loras/b.safetensors", "models/loras/sub/deep/a.CKPT")

    assert folders.names("loras") == ["b.safetensors", "sub/deep/a.CKPT"]


def test_only_files_of_the_kind_are_listed(folders: Folders):
    put(folders, "models/vae/a.safetensors", "models/vae/a.txt", "models/vae/.git/b.pt")
    put(folders, "input/a.png", "input/a.JPEG", "input/a.safetensors")

    assert folders.names("vae") == ["a.safetensors"]
    assert folders.names("input") == ["a.JPEG", "a.png"]


def test_a_diffusers_folder_is_one_name(folders: Folders):
    put(folders, f"models/checkpoints/sub/mini/{DIFFUSERS_INDEX}")
    put(folders, "models/checkpoints/sub/mini/unet/weights.safetensors")

    assert folders.names("checkpoints") == ["sub/mini"]


def test_all_folders_of_a_kind_are_listed_together(folders: Folders):
    put(folders, "models/text_encoders/a.pt", "models/clip/b.pt", "models/clip/a.pt")

    assert folders.names("text_encoders") == ["a.pt", "b.pt"]


def test_a_folder_that_is_not_there_has_no_names(folders: Folders):
    assert folders.names("checkpoints") == []


def test_circular_links_are_walked_once(folders: Folders):
    put(folders, "models/loras/sub/a.pt")
    root = folders.base / "models/loras"
    (root / "sub" / "up").symlink_to(root)
    (root / "loop").symlink_to("loop")
    (root / "ping").symlink_to("pong")
    (root / "pong").symlink_to("ping")

    assert folders.names("loras") == ["sub/a.pt"]


def test_a_linked_folder_goes_by_its_own_name(folders: Folders):
    put(folders, "models/loras/real/a.pt")
    root = folders.base / "models/loras"
    (root / "alias").symlink_to(root / "real")
    (root / "zalias").symlink_to(root / "real")

    assert folders.names("loras") == ["real/a.pt"]


def test_links_to_elsewhere_are_listed_among_models_and_not_among_pictures(folders: Folders):
    put(folders, "elsewhere/b.pt", "elsewhere/b.png", "models/loras/a.pt", "input/a.png")
    for root, name in ((folders.base / "models/loras", "b.pt"), (folders.input, "b.png")):
        (root / f"out{name[1:]}").symlink_to(folders.base / "elsewhere" / name)
        (root / "there").symlink_to(folders.base / "elsewhere")

    assert folders.names("loras") == ["a.pt", "out.pt", "there/b.pt"]
    assert folders.names("input") == ["a.png"]


def test_a_link_that_leads_nowhere_is_not_listed(folders: Folders):
    put(folders, "models/loras/a.pt")
    (folders.base / "models/loras/gone.pt").symlink_to("nothing")

    assert folders.names("loras") == ["a.pt"]


def test_a_linked_file_is_listed(folders: Folders):
    put(folders, "models/loras/a.pt")
    (folders.base / "models/loras/b.pt").symlink_to("a.pt")

    assert folders.names("loras") == ["a.pt", "b.pt"]


# finding


def test_a_linked_model_is_found_by_the_links_name(folders: Folders):
    put(folders, "elsewhere/0123", "models/loras/a.pt")
    link = folders.base / "models/loras/b.pt"
    link.symlink_to(folders.base / "elsewhere/0123")

    assert folders.find("loras", "b.pt") == link


@pytest.mark.parametrize("name", ["../secret.pt", "there/../../secret.pt", "/secret.pt", "c:x.pt"])
def test_the_name_of_a_model_can_not_leave_its_folder(name: str, folders: Folders):
    put(folders, "models/secret.pt", "models/loras/sub/a.pt", "elsewhere/sub/b.pt")
    (folders.base / "models/loras/there").symlink_to(folders.base / "elsewhere/sub")

    with pytest.raises(PathError, match="folder"):
        folders.find("loras", name)


def test_a_linked_picture_that_leads_out_is_refused(folders: Folders):
    put(folders, "secret.png", "input/a.png")
    (folders.input / "b.png").symlink_to(folders.base / "secret.png")

    with pytest.raises(PathError, match="leads out"):
        folders.find("input", "b.png")


def test_folders_of_a_kind_are_searched_in_order(folders: Folders):
    put(folders, "models/clip/a.pt", "models/clip/b.pt", "models/text_encoders/a.pt")

    assert folders.find("text_encoders", "a.pt").parent.name == "text_encoders"
    assert folders.find("text_encoders", "b.pt").parent.name == "clip"


def test_a_diffusers_folder_is_found(folders: Folders):
    put(folders, f"models/checkpoints/mini/{DIFFUSERS_INDEX}")

    assert folders.find("checkpoints", "mini").name == "mini"


@pytest.mark.parametrize("name", ["none.pt", "sub", ".", "sub/..", "sub/a.pt/b.pt", "loop"])
def test_what_is_no_file_is_not_found(name: str, folders: Folders):
    put(folders, "models/loras/sub/a.pt")

    assert f'There is no "{name}" among the loras' in refusal(folders, "loras", name)


@pytest.mark.parametrize("name", ["x" * 5_000, "x/" * 3_000 + "x", "ü" * 200])
def test_a_very_long_name_is_not_found(name: str, folders: Folders):
    put(folders, "models/loras/a.pt")

    message = refusal(folders, "loras", name)

    assert message.startswith(f'There is no "{name[:80]}…" among the loras.')


def test_nearest_names_are_told(folders: Folders):
    put(folders, "models/loras/emoji-mini.pt", "models/loras/emoji-maxi.pt", "models/loras/x.pt")

    message = refusal(folders, "loras", "emoji-mimi.pt")

    assert message == (
        'There is no "emoji-mimi.pt" among the loras. '
        'Nearest names: "emoji-mini.pt", "emoji-maxi.pt". Put the file into models/loras.'
    )


def test_without_a_similar_name_files_are_counted(folders: Folders):
    put(folders, "models/clip/x.pt", "models/clip/y.pt")

    message = refusal(folders, "text_encoders", "something_else.safetensors")

    assert "2 files are there, none with a similar name." in message
    assert message.endswith("Put the file into models/text_encoders or models/clip.")


def test_what_was_not_found_is_told_to_programs(folders: Folders):
    with pytest.raises(PathError) as caught:
        folders.find("loras", "a.pt")

    assert caught.value.details == {"kind": "loras", "name": "a.pt"}
