"""How a server's settings are given: flags, then variables, then the defaults.

`--node-time-limit 60` and `SFUMATO_NODE_TIME_LIMIT=60` are the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from engine.errors import SettingError
from engine.server.guards import is_loopback
from engine.server.settings import ServerSettings

VARIABLE = "SFUMATO_"
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?", re.IGNORECASE)
_FACTORS = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}


class Option(NamedTuple):
    """How one setting is given; `name` is that of the flag, without dashes."""

    field: str
    name: str
    shape: str
    help: str

    @property
    def flag(self) -> str:
        """Return the command-line flag."""
        return f"--{self.name.replace('_', '-')}"


OPTIONS = (
    Option("host", "listen", "ADDRESS", "address to listen on (127.0.0.1, this machine only)"),
    Option("port", "port", "PORT", "port to listen on; 0 takes a free one (8188)"),
    Option("auth", "auth", "HOW", '"token" or, on loopback only, "none" (token)'),
    Option("allowed_hosts", "allowed_host", "NAME", "one more name that the server is called by"),
    Option("path_prefix", "path_prefix", "PATH", "what a proxy puts before every path"),
    Option("tls_cert", "tls_cert", "FILE", "certificate chain (PEM), for https"),
    Option("tls_key", "tls_key", "FILE", "private key of the certificate (PEM)"),
    Option("durability", "durability", "WHAT", 'a job survives the death of the "process", or a '
           'loss of "power" too (process)'),
    Option("frontend_dir", "frontend_dir", "DIR", "static files of another editor, shown at /"),
    Option("max_upload_bytes", "max_upload", "SIZE", "of one uploaded file (512M)"),
    Option("max_jobs", "max_jobs", "COUNT", "jobs that the history keeps (100000)"),
    Option("max_history_bytes", "max_history", "SIZE", "bytes that the history keeps (4G)"),
    Option("node_time_limit_s", "node_time_limit", "SECONDS", "end a node that takes longer"),
    Option("max_sockets", "max_sockets", "COUNT", "websockets that one user may hold (500)"),
    Option("log_format", "log_format", "FORMAT", '"text" or "json", a line an event (text)'),
    Option("precision", "precision", "FORMAT", '"auto", "fp32", "fp16" or "bf16" (auto)'),
    Option("device", "device", "DEVICE", '"cpu", "cuda", "cuda:1", "mps" (auto)'),
    Option("cache_ram_bytes", "cache_ram", "SIZE", "of stored results in memory"),
    Option("cache_disk_bytes", "cache_disk", "SIZE", "of stored results on disk; 0 keeps none"),
)  # fmt: skip


def read_settings(flags: Mapping[str, Any], variables: Mapping[str, str]) -> ServerSettings:
    """Return the settings that flags and variables give together.

    Args:
        flags: by name of the option, those that were given.
        variables: of the environment.

    Raises:
        SettingError: a setting can not be what it is set to.
    """
    given: dict[str, Any] = {}
    for option in OPTIONS:
        if (value := variables.get(f"{VARIABLE}{option.name.upper()}")) is not None:
            given[option.name] = value.split(",") if option.field == "allowed_hosts" else value
    given |= flags
    fields = {each.field: _read(each, given[each.name]) for each in OPTIONS if each.name in given}
    try:
        settings = msgspec.convert(fields, ServerSettings, strict=False, dec_hook=_as)
    except msgspec.ValidationError as problem:
        raise SettingError(f"A setting of the server can not be used. {problem}.") from problem
    return _checked(settings)


def parse_size(text: str) -> int:
    """Return the bytes that "10G", "512M" or "1000" stand for.

    Raises:
        SettingError: it is no size.
    """
    if (match := _SIZE.fullmatch(text.strip())) is None:
        raise SettingError(f'"{text}" is no size. Write a number of bytes, or 512M, or 10G.')
    return int(float(match[1]) * _FACTORS[match[2].lower()])


def _read(option: Option, value: Any) -> Any:
    is_size = option.field.endswith("_bytes") and isinstance(value, str)
    return parse_size(value) if is_size else value


def _as(kind: type, value: Any) -> Any:
    return kind(value)


def _checked(settings: ServerSettings) -> ServerSettings:
    if settings.auth == "none" and not is_loopback(settings.host):
        raise SettingError(
            f'"{settings.host}" is reached by other machines, and without tokens whoever reaches '
            "the server rules it. Leave out --auth none, or listen on 127.0.0.1."
        )
    if (settings.tls_cert is None) != (settings.tls_key is None):
        raise SettingError("TLS takes a certificate and its key: --tls-cert and --tls-key.")
    prefix = settings.path_prefix.strip("/")
    return msgspec.structs.replace(settings, path_prefix=f"/{prefix}" if prefix else "")
