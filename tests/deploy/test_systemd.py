"""The unit: it starts what there is, and it ends it as the server wants to be ended."""

from __future__ import annotations

import configparser
import re
import shlex
from pathlib import Path

from engine.cli import _parser, exit_code
from engine.errors import SettingError, StorageError
from engine.server.running import LAST_ANSWERS_S
from engine.server.starting import STOP_WITHIN_S

ROOT = Path(__file__).resolve().parents[2]
UNIT = configparser.ConfigParser(interpolation=None, strict=True)
UNIT.optionxform = str  # type: ignore[assignment]
UNIT.read(ROOT / "deploy" / "sfumato.service", encoding="utf-8")
SERVICE = UNIT["Service"]


def test_command_is_one_that_there_is():
    python, program, *words = shlex.split(SERVICE["ExecStart"])

    known, rest = _parser(words).parse_known_args(words)
    assert python == f"{SERVICE['WorkingDirectory']}/.venv/bin/python"
    assert (ROOT / Path(program).relative_to(SERVICE["WorkingDirectory"])).is_file()
    assert (known.command, rest) == ("serve", [])


def test_base_directory_is_what_may_be_written():
    (base,) = re.findall(r"--base-directory (\S+)", SERVICE["ExecStart"])

    assert SERVICE["ReadWritePaths"] == base
    assert base == f"/var/lib/{SERVICE['StateDirectory']}"
    assert SERVICE["ProtectSystem"] == "strict"


def test_server_has_the_time_it_takes_to_end():
    assert int(SERVICE["TimeoutStopSec"]) > STOP_WITHIN_S + 2 * LAST_ANSWERS_S
    assert (SERVICE["KillSignal"], SERVICE["KillMode"]) == ("SIGTERM", "mixed")


def test_what_only_a_person_can_mend_is_not_tried_again():
    codes = {exit_code(kind("")) for kind in (SettingError, StorageError)}

    assert set(map(int, SERVICE["RestartPreventExitStatus"].split())) == codes
    assert SERVICE["Restart"] == "on-failure"


def test_nothing_gets_more_rights():
    assert SERVICE["NoNewPrivileges"] == "true"
    assert SERVICE["CapabilityBoundingSet"] == ""
    assert SERVICE["User"] not in ("", "root")
