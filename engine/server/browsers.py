"""Opening the browser of who starts a server, if there is one."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from html import escape
from pathlib import Path

#: Beside the database. Browsers that are shut in, as snaps are, do not see the system's own place.
NAME = "open.html"
PAGE = """<!doctype html>
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url={address}">
<title>Sfumato</title>
<p><a href="{address}">Open Sfumato</a>
"""
#: Variables that say that nobody sits at this machine's screen.
ELSEWHERE = ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY", "CI")


def has_browser(variables: Mapping[str, str] = os.environ, platform: str = sys.platform) -> bool:
    """Say whether somebody here has a browser with windows; one in the terminal would not do."""
    if any(variables.get(name) for name in ELSEWHERE):
        return False
    has_screen = variables.get("DISPLAY") or variables.get("WAYLAND_DISPLAY")
    return not platform.startswith("linux") or bool(has_screen)


@contextmanager
def opened(address: str, folder: Path, *, is_secret: bool) -> Generator[None]:
    """Open the browser at an address.

    Args:
        is_secret: the address holds a token. It goes into a file that only this account can read:
            everybody on the machine can read what a browser is started with.
    """
    page = folder / NAME
    try:
        with contextlib.suppress(OSError):  # a full disk; the address is printed all the same
            if is_secret:
                _write(page, PAGE.format(address=escape(address)))
                address = page.absolute().as_uri()
            threading.Thread(target=_open, args=(address,), name="browser", daemon=True).start()
        yield
    finally:
        page.unlink(missing_ok=True)


def _write(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)  # of a server that was killed; its rights may be others
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:  # noqa: PTH123 only this sets rights from the first moment
        file.write(text)


def _open(address: str) -> None:
    import webbrowser  # late: most servers open none

    with contextlib.suppress(webbrowser.Error):
        webbrowser.open(address)
