"""The file of settings: where it is looked for, and how it is read."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import pytest

from engine.commands.setting_up import base_from, settings_file_from
from engine.errors import SettingError
from engine.server.settings_file import NAME, read_file, settings_in
from engine.workflow import HOME


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SFUMATO_BASE_DIRECTORY", raising=False)
    monkeypatch.delenv("SFUMATO_CONFIG", raising=False)


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / NAME
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def arguments(**given: Any) -> argparse.Namespace:
    return argparse.Namespace(**{"base_directory": None, **given})


def test_file_in_the_base_directory_is_found(tmp_path: Path):
    path = written(tmp_path, 'port = 8288\nallowed-host = ["a"]\n')

    found = settings_in(tmp_path)

    assert found == (path, {"port": 8288, "allowed-host": ["a"]})


def test_base_directory_needs_no_file(tmp_path: Path):
    assert settings_in(tmp_path) is None


@pytest.mark.parametrize(
    "text", ["port: 8188", "port = ", "[", "a = 1\na = 2", b"\xff\xfe", "a=" + "[" * 5000]
)
def test_file_that_is_no_toml_is_told(text: str | bytes, tmp_path: Path):
    path = written(tmp_path, text)

    with pytest.raises(SettingError) as problem:
        settings_in(tmp_path)

    assert problem.value.message.startswith(f'The settings "{path}" are no TOML: ')


def test_file_that_can_not_be_read_is_told(tmp_path: Path):
    (tmp_path / NAME).mkdir()

    with pytest.raises(SettingError, match="can not be read: Is a directory"):
        settings_in(tmp_path)


def test_link_that_leads_nowhere_is_told(tmp_path: Path):
    (tmp_path / NAME).symlink_to(tmp_path / "gone.toml")

    with pytest.raises(SettingError, match="No such file"):
        settings_in(tmp_path)


def test_named_file_must_be_there(tmp_path: Path):
    with pytest.raises(SettingError, match="No such file"):
        settings_file_from(arguments(config=tmp_path / "no.toml"))


def test_flag_names_the_file_before_the_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    one, two = tmp_path / "one.toml", tmp_path / "two.toml"
    one.write_text("port = 1")
    two.write_text("port = 2")
    monkeypatch.setenv("SFUMATO_CONFIG", str(two))

    by_flag = settings_file_from(arguments(config=one))
    by_variable = settings_file_from(arguments(config=None))

    assert by_flag is not None
    assert by_flag.values == {"port": 1}
    assert by_variable is not None
    assert by_variable.values == {"port": 2}


def test_base_directory_is_of_the_flag_then_the_variable_then_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = written(tmp_path, 'base-directory = "of the file"')
    of_file = base_from(arguments(config=path))
    monkeypatch.setenv("SFUMATO_BASE_DIRECTORY", str(tmp_path / "of the variable"))
    of_variable = base_from(arguments(config=path))
    of_flag = base_from(arguments(config=path, base_directory=tmp_path / "of the flag"))

    names = [of_file.name, of_variable.name, of_flag.name]
    assert names == ["of the file", "of the variable", "of the flag"]
    assert of_file.parent == tmp_path


def test_base_directory_is_the_checkout_where_nothing_names_one():
    assert base_from(arguments()) == HOME


def test_base_directory_that_is_a_file_is_told(tmp_path: Path):
    path = written(tmp_path, "")

    with pytest.raises(SettingError, match="is no folder"):
        base_from(arguments(base_directory=path))


def test_base_directory_that_is_no_text_is_told(tmp_path: Path):
    path = written(tmp_path, "base-directory = 3")

    with pytest.raises(SettingError) as problem:
        read_file(path).base()

    assert problem.value.message.startswith(f'"base-directory" in "{path}" can not be 3. ')


def test_file_that_was_found_by_the_base_directory_does_not_name_it(tmp_path: Path):
    written(tmp_path, 'base-directory = "elsewhere"')

    with pytest.raises(SettingError, match="says nothing"):
        settings_in(tmp_path)
