from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from engine.errors import SettingError
from engine.model_folders.extra_paths import MAX_BYTES, ExtraPaths, Root, read_extra_paths


def read(tmp_path: Path, text: str | bytes) -> ExtraPaths:
    file = tmp_path / "extra_model_paths.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_extra_paths(file)


def roots(extra: ExtraPaths, home: Path) -> list[tuple[str, str]]:
    return [(root.kind, root.path.relative_to(home).as_posix()) for root in extra.roots]


def test_paths_are_below_the_base_path(tmp_path: Path):
    extra = read(
        tmp_path, f"my models:\n  base_path: {tmp_path}/big\n  loras: loras\n  vae: a/b/\n"
    )

    assert roots(extra, tmp_path) == [("loras", "big/loras"), ("vae", "big/a/b")]


def test_a_base_path_is_relative_to_the_file(tmp_path: Path):
    extra = read(tmp_path / ".", "a:\n  base_path: ../big\n  loras: loras\n")

    assert roots(extra, tmp_path.parent) == [("loras", "big/loras")]


def test_a_file_may_be_named_from_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "paths.yaml").write_text("a:\n  loras: here\n")
    monkeypatch.chdir(tmp_path)

    assert roots(read_extra_paths(Path("paths.yaml")), tmp_path) == [("loras", "here")]


def test_without_a_base_path_paths_are_relative_to_the_file(tmp_path: Path):
    extra = read(tmp_path, f"a:\n  loras: my loras\n  vae: {tmp_path}/other\n")

    assert roots(extra, tmp_path) == [("loras", "my loras"), ("vae", "other")]


def test_home_and_variables_are_put_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("DISK", "big")
    extra = read(tmp_path / ".", "a:\n  base_path: ~/$DISK\n  loras: loras\n")

    assert roots(extra, tmp_path) == [("loras", "big/loras")]


def test_a_block_gives_several_folders(tmp_path: Path):
    extra = read(tmp_path, "a:\n  loras: |\n    one\n    two\n\n    three four\n")

    assert roots(extra, tmp_path) == [("loras", "one"), ("loras", "two"), ("loras", "three four")]


def test_a_list_gives_several_folders(tmp_path: Path):
    extra = read(tmp_path, "a:\n  loras: [one, two]\n")

    assert roots(extra, tmp_path) == [("loras", "one"), ("loras", "two")]


@pytest.mark.parametrize("word", ["true", "True", "yes"])
def test_a_section_may_be_the_default(word: str, tmp_path: Path):
    extra = read(tmp_path, f"a:\n  is_default: {word}\n  loras: one\nb:\n  loras: two\n")

    assert [root.is_default for root in extra.roots] == [True, False]


def test_legacy_keys_are_the_present_kinds(tmp_path: Path):
    extra = read(tmp_path, "a:\n  unet: one\n  clip: two\n  ipadapter: three\n")

    assert [root.kind for root in extra.roots] == ["diffusion_models", "text_encoders", "ipadapter"]


def test_folders_of_packs_may_be_named(tmp_path: Path):
    extra = read(tmp_path, "a:\n  base_path: comfy\n  custom_nodes: custom_nodes\n")

    assert extra == ExtraPaths(custom_nodes=(tmp_path / "comfy/custom_nodes",))


@pytest.mark.parametrize("text", ["", "# nothing\n", "a:\nb:\n", "a:\n  loras:\n", "\ufeffa:\n"])
def test_empty_sections_are_left_out(text: str, tmp_path: Path):
    assert read(tmp_path, text) == ExtraPaths()


def test_every_value_is_text(tmp_path: Path):
    extra = read(tmp_path, "a:\n  loras: 2024\n  vae: no\n")

    assert roots(extra, tmp_path) == [("loras", "2024"), ("vae", "no")]


# what is wrong in a section is told, and the rest is read


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ("a: 5", 'The section "a" of "extra_model_paths.yaml" is a single value.'),
        ("a: [x, y]", 'The section "a" of "extra_model_paths.yaml" is a list.'),
        ("a:\n  loras:\n    sub: x", '"loras" in the section "a" of'),
        ("a:\n  loras: [[x]]", '"loras" in the section "a" of "extra_model_paths.yaml" is a list.'),
        ("a:\n  base_path: [x]", '"base_path" in the section "a" of'),
        ("a:\n  input: x", "is no kind of models"),
        ("a:\n  <<: {vae: y}", '"<<" in the section "a" of'),
    ],
)
def test_a_section_that_can_not_be_used_is_told(section: str, told: str, tmp_path: Path):
    extra = read(tmp_path, f"{section}\ngood:\n  loras: good\n")

    assert extra.roots == (Root("loras", tmp_path / "good"),)
    assert len(extra.notes) == 1
    assert told in extra.notes[0]


# what makes the whole file useless


LAUGHS = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- a\n- b\n", "is a list, not a mapping"),
        ("5", "is a single value, not a mapping"),
        ("&a [*a]", "is not YAML"),
        ("a: &a\n  b: *a\n", "is not YAML"),
        ("a: [", "is not YAML"),
        ("a: {b: c", "is not YAML"),
        ("\tx: y", "is not YAML"),
        ("{[a]: b}", "is not YAML"),
        ("[" * 100_000, "is nested too deeply"),
        (b"a:\n  loras: \xff\xfe\n", "is not written in UTF-8"),
        (b"a: \x00", "is not YAML"),
        (b"#" * (MAX_BYTES + 1), "is too large"),
    ],
)
def test_a_file_that_can_not_be_used_is_an_error(text: str | bytes, told: str, tmp_path: Path):
    with pytest.raises(SettingError, match=told) as caught:
        read(tmp_path, text)

    assert len(caught.value.message) < len(str(tmp_path)) + 400


def test_the_line_of_a_mistake_is_told(tmp_path: Path):
    with pytest.raises(SettingError, match="is not YAML: line 3, expected"):
        read(tmp_path, "a:\n  loras: b\n- c\n")


def test_aliases_of_aliases_stay_small(tmp_path: Path):
    extra = read(tmp_path, LAUGHS + "good:\n  loras: good\n")

    assert extra.roots == (Root("loras", tmp_path / "good"),)
    assert all(len(note) < 200 for note in extra.notes)


def test_merges_of_merges_stay_small(tmp_path: Path):
    merges = "a: &a {k: v}\n" + "".join(
        f"{name}: &{name} {{<<: [{','.join([f'*{before}'] * 9)}]}}\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )

    assert len(read(tmp_path, merges).notes) == 8


def test_code_in_a_tag_is_text(tmp_path: Path):
    extra = read(tmp_path, 'a:\n  loras: !!python/object/apply:os.system ["x"]\n')

    assert [root.path.name for root in extra.roots] == ["x"]


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path):
    with pytest.raises(SettingError, match=r'none.yaml" can not be read: No such file'):
        read_extra_paths(tmp_path / "none.yaml")


@pytest.mark.skipif(sys.platform == "win32", reason="has no named pipes")
def test_a_pipe_is_refused(tmp_path: Path):
    os.mkfifo(tmp_path / "x.yaml")

    with pytest.raises(SettingError, match="a pipe or a device"):
        read_extra_paths(tmp_path / "x.yaml")
