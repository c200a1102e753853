"""How a server's settings are given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.errors import SettingError
from engine.server.option_values import parse_size
from engine.server.options import OPTIONS, read_settings
from engine.server.settings import ServerSettings
from engine.server.settings_file import SettingsFile

FILE = Path("/srv/sfumato/sfumato.toml")


def read(variables: dict[str, str] | None = None, **flags: Any):
    return read_settings(flags, variables or {})


def read_file(**values: Any):
    named = {name.replace("_", "-"): value for name, value in values.items()}
    return read_settings({}, {}, SettingsFile(FILE, named))


def told(problem: pytest.ExceptionInfo[SettingError]) -> str:
    return problem.value.message


def test_nothing_given_is_the_defaults():
    assert read() == ServerSettings()


def test_every_setting_can_be_given():
    assert {option.field for option in OPTIONS} == set(ServerSettings.__struct_fields__)


def test_variables_set_what_flags_do_not_set():
    settings = read({"SFUMATO_PORT": "2", "SFUMATO_MAX_UPLOAD": "2M"}, port="3")

    assert settings.port == 3
    assert settings.max_upload_bytes == 2 * 2**20


def test_the_file_sets_what_neither_flags_nor_variables_set():
    file = SettingsFile(FILE, {"port": 1, "max-jobs": 1, "max-sockets": 1})

    settings = read_settings({"port": "3"}, {"SFUMATO_PORT": "2", "SFUMATO_MAX_JOBS": "2"}, file)

    assert (settings.port, settings.max_jobs, settings.max_sockets) == (3, 2, 1)


def test_an_empty_variable_is_as_good_as_none():
    assert read({"SFUMATO_PORT": "", "SFUMATO_ALLOWED_HOST": ""}) == ServerSettings()


def test_flags_that_may_be_repeated_are_words_in_a_variable():
    assert read({"SFUMATO_ALLOWED_HOST": "a, B"}).allowed_hosts == ("a", "b")
    assert read(allowed_host=["a", "b"]).allowed_hosts == ("a", "b")
    assert read_file(allowed_host=["a", "b"]).allowed_hosts == ("a", "b")
    assert read_file(allowed_host="a").allowed_hosts == ("a",)


@pytest.mark.parametrize("prefix", ["sfumato", "/sfumato", "/sfumato/"])
def test_prefix_begins_with_a_slash(prefix: str):
    assert read(path_prefix=prefix).path_prefix == "/sfumato"


def test_prefix_may_be_deep_or_nothing():
    assert read(path_prefix="/art/sfumato-1.2").path_prefix == "/art/sfumato-1.2"
    assert read(path_prefix="/").path_prefix == ""


@pytest.mark.parametrize(
    ("text", "size"),
    [("1000", 1000), ("1k", 1024), ("512M", 512 * 2**20), ("1.5 GiB", 3 * 2**29), ("2tb", 2**41)],
)
def test_size_has_a_unit(text: str, size: int):
    assert parse_size(text) == size


@pytest.mark.parametrize("device", ["auto", "cpu", "cuda", "cuda:1", "mps", "xpu", "xpu:0"])
def test_device_is_one_of_the_known_kinds(device: str):
    assert read(device=device).device == device


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "0.0.0.0", "::", "fe80::1%eth0", "localhost", "art-1.local"]
)
def test_address_is_in_digits_or_a_name(address: str):
    assert read(listen=address).host == address


WRONG = [
    ("port", "many", "from 0 to 65535"),
    ("port", "-1", "from 0 to 65535"),
    ("port", "65536", "from 0 to 65535"),
    ("port", "8188.0", "from 0 to 65535"),
    ("port", "٣", "from 0 to 65535"),
    ("max_upload", "much", "512M"),
    ("max_upload", "0", "at least 1"),
    ("max_upload", "1e3", "512M"),
    ("max_history", "-5", "512M"),
    ("cache_ram", "-5", "at least 0"),
    ("memory", "0", "at least 1"),
    ("memory", "half", "512M"),
    ("cache_disk", "9" * 20 + "T", "at least 0"),
    ("max_jobs", "0", "at least 1"),
    ("max_sockets", "-3", "at least 1"),
    ("node_time_limit", "0", "above 0"),
    ("node_time_limit", "nan", "above 0"),
    ("node_time_limit", "inf", "above 0"),
    ("node_time_limit", "1 h", "above 0"),
    ("auth", "maybe", '"token" or "none"'),
    ("durability", "both", '"process" or "power"'),
    ("log_format", "JSON", '"text" or "json"'),
    ("precision", "fp8", '"fp16" or "bf16"'),
    ("device", "pony", '"cuda:1"'),
    ("device", "cuda:", '"cuda:1"'),
    ("listen", "", "127.0.0.1"),
    ("listen", "8188", "127.0.0.1"),
    ("listen", "localhost:8188", "option of its own"),
    ("listen", "http://localhost", "127.0.0.1"),
    ("listen", "a..b", "127.0.0.1"),
    ("listen", "256.1.1.1", "127.0.0.1"),
    ("path_prefix", "a b", "such as /sfumato"),
    ("path_prefix", "/a/../b", "such as /sfumato"),
    ("path_prefix", "/a//b", "such as /sfumato"),
    ("path_prefix", "/a?b", "such as /sfumato"),
    ("path_prefix", "/ä", "such as /sfumato"),
    ("frontend_dir", "/no/such", "no such folder"),
    ("tls_cert", "/no/such.pem", "no such file"),
]


@pytest.mark.parametrize(("key", "text", "words"), WRONG)
def test_wrong_setting_is_told_with_what_would_do(key: str, text: str, words: str):
    flag, given = f"--{key.replace('_', '-')}", dict[str, Any]({key: text})
    with pytest.raises(SettingError) as by_flag:
        read(**given)
    with pytest.raises(SettingError) as by_file:
        read_file(**given)

    assert told(by_flag).startswith(f'{flag} can not be "{text}". ')
    assert words in told(by_flag)
    assert told(by_file).startswith(f'"{flag[2:]}" in "{FILE}" can not be ')
    assert words in told(by_file)


@pytest.mark.parametrize(
    ("key", "value", "shown"),
    [
        ("port", True, "true"),
        ("port", 80.5, "80.5"),
        ("port", [1, 2], "[1, 2]"),
        ("max_upload", 1.5, "1.5"),
        ("node_time_limit", False, "false"),
        ("listen", 0, "0"),
        ("allowed_host", {"a": 1}, "a table"),
        ("allowed_host", ["art.local:80"], '["art.local:80"]'),
        ("tls_key", 3, "3"),
        ("tls_key", "", '""'),
        ("device", ["cpu"], '["cpu"]'),
    ],
)
def test_value_of_a_wrong_type_is_told_with_file_and_key(key: str, value: Any, shown: str):
    with pytest.raises(SettingError) as problem:
        read_file(**{key: value})

    start = f'"{key.replace("_", "-")}" in "{FILE}" can not be {shown}. '
    assert told(problem).startswith(start)


def test_wrong_variable_is_told_by_its_name():
    with pytest.raises(SettingError) as problem:
        read({"SFUMATO_MAX_JOBS": "few"})

    assert told(problem).startswith('SFUMATO_MAX_JOBS can not be "few". ')


@pytest.mark.parametrize(
    ("name", "meant"), [("max_jobs", "max-jobs"), ("prot", "port"), ("alowed-host", "allowed-host")]
)
def test_unknown_key_of_the_file_is_told_with_the_nearest(name: str, meant: str):
    with pytest.raises(SettingError) as problem:
        read_settings({}, {}, SettingsFile(FILE, {name: 1}))

    assert told(problem) == (
        f'"{FILE}" sets "{name}" to 1, and there is no such setting. Probably "{meant}" is meant.'
    )


def test_unknown_key_that_is_near_to_none_is_told_with_where_all_are():
    with pytest.raises(SettingError, match=r'sets "server" to a table, .* docs/running.md'):
        read_settings({}, {}, SettingsFile(FILE, {"server": {"port": 1}}))


def test_variable_that_is_probably_a_slip_is_told():
    with pytest.raises(SettingError) as problem:
        read({"SFUMATO_PROT": "1"})

    assert told(problem) == (
        'There is no variable "SFUMATO_PROT". Probably "SFUMATO_PORT" is meant.'
    )


def test_variables_of_other_programs_are_let_be():
    assert read({"SFUMATO_TOKEN": "x", "SFUMATO_CONFIG": "y", "PORT": "z"}) == ServerSettings()


def test_paths_of_the_file_are_relative_to_it(tmp_path: Path):
    (tmp_path / "editor").mkdir()
    (tmp_path / "editor" / "index.html").touch()

    settings = read_settings({}, {}, SettingsFile(tmp_path / "a.toml", {"frontend-dir": "editor"}))

    assert settings.frontend_dir == tmp_path / "editor"


def test_folder_without_a_page_is_no_editor(tmp_path: Path):
    with pytest.raises(SettingError, match=r"no index\.html"):
        read(frontend_dir=str(tmp_path))


def test_certificate_without_a_key_is_refused(tmp_path: Path):
    (tmp_path / "a.pem").touch()

    with pytest.raises(SettingError, match="--tls-key"):
        read(tls_cert=str(tmp_path / "a.pem"))


@pytest.mark.parametrize("address", ["0.0.0.0", "studio.example", "::"])
def test_without_auth_only_a_loopback_address_may_be_listened_on(address: str):
    assert read(listen="::1", auth="none").auth == "none"
    with pytest.raises(SettingError, match="without tokens"):
        read(listen=address, auth="none")
