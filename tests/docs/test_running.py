"""The page about running the server lists every setting, with its default."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from engine.engine import Settings
from engine.server.option_values import parse_size
from engine.server.options import OPTIONS, read_settings
from engine.server.settings import ServerSettings
from engine.server.settings_file import BASE, SettingsFile

PAGE = Path(__file__).resolve().parents[2] / "docs" / "running.md"
TEXT = PAGE.read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (`.+?) \| (`.+?) \| .+? \| (.*)\|$", TEXT, flags=re.MULTILINE)


def named(column: str) -> list[str]:
    return re.findall(r"`([\w-]+)`", column)


def test_every_setting_is_in_the_table():
    rows = [pair for row in ROWS for pair in zip(named(row[0]), named(row[1]), strict=True)]

    assert rows == [
        *((option.name, option.variable) for option in OPTIONS),
        (BASE, "SFUMATO_BASE_DIRECTORY"),
    ]


def test_defaults_in_the_table_are_those():
    told = {name: row[2].strip() for row in ROWS for name in named(row[0])}
    engine, server = Settings(), ServerSettings()

    assert told["port"] == str(server.port)
    assert told["listen"] == f"`{server.host}`"
    assert told["max-jobs"] == str(server.max_jobs)
    assert told["max-sockets"] == str(server.max_sockets)
    assert parse_size(told["max-upload"]) == server.max_upload_bytes
    assert parse_size(told["max-history"]) == server.max_history_bytes
    assert parse_size(told["cache-ram"]) == engine.cache_ram_bytes
    assert parse_size(told["cache-disk"]) == engine.cache_disk_bytes


def test_example_of_a_file_can_be_used():
    (example,) = re.findall(r"```toml\n(.*?)```", TEXT, flags=re.DOTALL)

    settings = read_settings({}, {}, SettingsFile(PAGE, tomllib.loads(example)))

    assert settings.allowed_hosts == ("art.local", "art")
