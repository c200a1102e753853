"""What the server's options may be. Each function reads one, from text or as TOML has it."""

from __future__ import annotations

import ipaddress
import math
import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeGuard

from engine.errors import SettingError

Read = Callable[[Any], Any]

#: More than any disk has and any history counts; SQLite's whole numbers end at eight times as much.
MOST = 2**60
#: Some thirty years.
MOST_SECONDS = 1e9
#: Of two names of which one may be a slip of the other.
ALIKE = 0.75

_SIZE = re.compile(r"(\d{1,20}(?:\.\d{1,9})?)\s*([kmgt]?)i?b?", re.IGNORECASE | re.ASCII)
_FACTORS = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}
_WHOLE = re.compile(r"[+-]?\d{1,20}", re.ASCII)
_HOST = re.compile(r"(?=.{1,253}$)(?!-)[\w-]{1,63}(\.(?!-)[\w-]{1,63})*\.?", re.ASCII)
_PREFIX = re.compile(r"(/[\w~-][\w.~-]*)*", re.ASCII)
_DEVICE = re.compile(r"auto|cpu|mps|(cuda|xpu)(:\d{1,3})?", re.ASCII)


class Unfit(ValueError):
    """A value can not be used; the message says what can."""


def one_of(*words: str) -> Read:
    """Return what reads one of a few words."""
    quoted = [f'"{word}"' for word in words]
    advice = f"Give {', '.join(quoted[:-1])} or {quoted[-1]}."

    def read(value: Any) -> str:
        if value not in words:
            raise Unfit(advice)
        return value

    return read


def whole(least: int, most: int = MOST) -> Read:
    """Return what reads a whole number within bounds."""
    bounds = f"of at least {least}" if most == MOST else f"from {least} to {most}"

    def read(value: Any) -> int:
        is_digits = isinstance(value, str) and _WHOLE.fullmatch(value.strip())
        found: Any = int(value) if is_digits else value
        if not is_whole(found) or not least <= found <= most:
            raise Unfit(f"Give a whole number {bounds}.")
        return found

    return read


def size(least: int) -> Read:
    """Return what reads a number of bytes."""

    def read(value: Any) -> int:
        found: Any = _bytes_in(value) if isinstance(value, str) else value
        if not is_whole(found) or not least <= found <= MOST:
            raise Unfit(f"Give a size of at least {least}: bytes, or with a unit, as 512M or 10G.")
        return found

    return read


def seconds(value: Any) -> float:
    """Read a time that is longer than none."""
    try:
        found = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        found = math.nan
    if not 0 < found <= MOST_SECONDS:
        raise Unfit("Give a number of seconds above 0, or leave it out for no limit.")
    return found


def address(value: Any) -> str:
    """Read what a server listens on: an address in digits, or a name."""
    if not isinstance(value, str) or not _is_host(value):
        raise Unfit(
            "Give an address of this machine, such as 127.0.0.1, or 0.0.0.0 for all of them; "
            "the port has an option of its own."
        )
    return value


def hosts(value: Any) -> tuple[str, ...]:
    """Read names that a server is called by."""
    names: Any = value if isinstance(value, list | tuple) else [value]
    if not all(isinstance(name, str) and _is_host(name) for name in names):
        raise Unfit("Give names such as art.local, without a scheme and without a port.")
    return tuple(name.rstrip(".").lower() for name in names)


def prefix(value: Any) -> str:
    """Read the path that stands before every path; it begins with a slash and ends with none."""
    text = "/" + value.strip("/") if isinstance(value, str) else ""
    if not text or (text != "/" and not _PREFIX.fullmatch(text)):
        raise Unfit("Give a path such as /sfumato, of letters, digits, dashes and dots.")
    return text.rstrip("/")


def device(value: Any) -> str:
    """Read the name of a device; whether it is there, only the worker can say."""
    if not isinstance(value, str) or not _DEVICE.fullmatch(value):
        raise Unfit('Give "cpu", "cuda", "cuda:1", "mps", or "auto" for the best there is.')
    return value


def file(value: Any) -> Path:
    """Read the path of a file that can be read."""
    path = _path(value)
    if not os.path.isfile(path):  # noqa: PTH113 never raises
        raise Unfit("There is no such file.")
    if not os.access(path, os.R_OK):
        raise Unfit("This account may not read that file.")
    return path


def page_folder(value: Any) -> Path:
    """Read the path of a folder with a page in it."""
    path = _path(value)
    if not os.path.isdir(path):  # noqa: PTH112 never raises
        raise Unfit("There is no such folder.")
    if not os.path.isfile(path / "index.html"):  # noqa: PTH113 never raises
        raise Unfit("That folder has no index.html. Give the one that does.")
    return path


def parse_size(text: str) -> int:
    """Return the bytes that "10G", "512M" or "1000" stand for.

    Raises:
        SettingError: it is no size.
    """
    if (found := _bytes_in(text)) is None:
        raise SettingError(f'"{text}" is no size. Write a number of bytes, or 512M, or 10G.')
    return found


def is_whole(value: Any) -> TypeGuard[int]:
    """Say whether a value is a whole number; True is none."""
    return isinstance(value, int) and not isinstance(value, bool)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the name that was probably meant."""
    import difflib  # late: hardly any start needs it

    return next(iter(difflib.get_close_matches(name, list(known), 1, ALIKE)), None)


def _bytes_in(text: str) -> int | None:
    match = _SIZE.fullmatch(text.strip())
    return int(float(match[1]) * _FACTORS[match[2].lower()]) if match else None


def _is_host(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        last = text.rstrip(".").rpartition(".")[2]
        return _HOST.fullmatch(text) is not None and not last.isdigit()
    return True


def _path(value: Any) -> Path:
    if not isinstance(value, str | Path) or not str(value) or "\0" in str(value):
        raise Unfit("Give a path.")
    return Path(value).expanduser()
