"""Opening the browser of who starts the server."""

from __future__ import annotations

import stat
import threading
import webbrowser
from pathlib import Path

import pytest

from engine.server.browsers import NAME, has_browser, opened

ADDRESS = "http://127.0.0.1:8188/?token=sfm_secret"
PATIENCE = 10.0


@pytest.mark.parametrize(
    ("variables", "platform", "has_one"),
    [
        ({}, "linux", False),
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({"DISPLAY": "localhost:10.0", "SSH_CONNECTION": "a b"}, "linux", False),
        ({"DISPLAY": ":99", "CI": "true"}, "linux", False),
        ({}, "darwin", True),
        ({"SSH_TTY": "/dev/ttys000"}, "darwin", False),
        ({}, "win32", True),
    ],
)
def test_browser_is_where_somebody_sits(variables: dict[str, str], platform: str, has_one: bool):
    assert has_browser(variables, platform) is has_one


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what browsers are started with."""
    addresses: list[str] = []

    def note(address: str) -> bool:
        addresses.append(address)
        return True

    monkeypatch.setattr(webbrowser, "open", note)
    return addresses


def wait_for_browser() -> None:
    for thread in threading.enumerate():
        if thread.name == "browser":
            thread.join(PATIENCE)


def test_browser_is_not_started_with_a_token(given: list[str], tmp_path: Path):
    with opened(ADDRESS, tmp_path, is_secret=True):
        wait_for_browser()
        page = tmp_path / NAME
        mode, text = stat.S_IMODE(page.stat().st_mode), page.read_text()

    assert given == [page.as_uri()]
    assert mode == 0o600
    assert f'url={ADDRESS}"' in text


def test_page_with_the_token_is_gone_after_the_server(given: list[str], tmp_path: Path):
    (tmp_path / NAME).write_text("of a server that was killed")
    with opened(ADDRESS, tmp_path, is_secret=True):
        wait_for_browser()

    assert list(tmp_path.iterdir()) == []


def test_address_without_a_token_is_given_as_it_is(given: list[str], tmp_path: Path):
    with opened("http://127.0.0.1:8188/", tmp_path, is_secret=False):
        wait_for_browser()

    assert given == ["http://127.0.0.1:8188/"]
