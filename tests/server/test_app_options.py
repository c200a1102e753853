"""How a server's settings are given."""

from __future__ import annotations

from typing import Any

import pytest

from engine.errors import SettingError
from engine.server.options import OPTIONS, parse_size, read_settings
from engine.server.settings import ServerSettings


def read(variables: dict[str, str] | None = None, **flags: Any):
    return read_settings(flags, variables or {})


def test_nothing_given_is_the_defaults():
    assert read() == ServerSettings()


def test_every_setting_can_be_given():
    assert {option.field for option in OPTIONS} == set(ServerSettings.__struct_fields__)


def test_variables_set_what_flags_do_not_set():
    settings = read({"SFUMATO_PORT": "2", "SFUMATO_MAX_UPLOAD": "2M"}, port="3")

    assert settings.port == 3
    assert settings.max_upload_bytes == 2 * 2**20


def test_flags_that_may_be_repeated_are_words_in_a_variable():
    assert read({"SFUMATO_ALLOWED_HOST": "a,b"}).allowed_hosts == ("a", "b")
    assert read(allowed_host=["a", "b"]).allowed_hosts == ("a", "b")


@pytest.mark.parametrize("prefix", ["sfumato", "/sfumato", "/sfumato/"])
def test_prefix_begins_with_a_slash(prefix: str):
    assert read(path_prefix=prefix).path_prefix == "/sfumato"


@pytest.mark.parametrize(
    ("text", "size"),
    [("1000", 1000), ("1k", 1024), ("512M", 512 * 2**20), ("1.5 GiB", 3 * 2**29), ("2tb", 2**41)],
)
def test_size_has_a_unit(text: str, size: int):
    assert parse_size(text) == size


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ({"port": "many"}, "port"),
        ({"max_upload": "much"}, '"much" is no size'),
        ({"auth": "maybe"}, "auth"),
        ({"listen": "0.0.0.0", "auth": "none"}, "without tokens"),
        ({"listen": "studio.example", "auth": "none"}, "without tokens"),
        ({"tls_cert": "a.pem"}, "--tls-key"),
    ],
)
def test_wrong_setting_is_told(flags: dict[str, Any], words: str):
    with pytest.raises(SettingError, match=words):
        read(**flags)


def test_without_auth_any_loopback_address_may_be_listened_on():
    assert read(listen="::1", auth="none").auth == "none"
