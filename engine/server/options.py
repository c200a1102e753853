"""How a server's settings are given: flags, then variables, then a file, then the defaults.

`--node-time-limit 60`, `SFUMATO_NODE_TIME_LIMIT=60` and `node-time-limit = 60` in the file are the
same. This table is the only list of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from engine.errors import SettingError
from engine.server import option_values as values
from engine.server.guards import is_loopback
from engine.server.option_values import Read, Unfit, nearest
from engine.server.settings import ServerSettings
from engine.server.settings_file import BASE, SettingsFile, shown

VARIABLE = "SFUMATO_"
#: Variables that say where the installation and the file of settings are.
PLACES = ["BASE_DIRECTORY", "CONFIG"]


class Option(NamedTuple):
    """How one setting is given; `name` is that of the flag, without the dashes before it.

    Attributes:
        read: returns the setting that a text, or what TOML has, stands for, or raises `Unfit`.
    """

    field: str
    name: str
    shape: str
    read: Read
    help: str

    @property
    def flag(self) -> str:
        """Return the command-line flag."""
        return f"--{self.name}"

    @property
    def key(self) -> str:
        """Return the name that Python can have."""
        return self.name.replace("-", "_")

    @property
    def variable(self) -> str:
        """Return the variable of the environment."""
        return VARIABLE + self.key.upper()

    @property
    def is_repeated(self) -> bool:
        """Say whether it may be given several times."""
        return self.read is values.hosts


OPTIONS = (
    Option("host", "listen", "ADDRESS", values.address,
           "address to listen on (127.0.0.1, this machine only)"),
    Option("port", "port", "PORT", values.whole(0, 65535),
           "port to listen on; 0 takes a free one (8188)"),
    Option("auth", "auth", "HOW", values.one_of("token", "none"),
           '"token" or, on loopback only, "none" (token)'),
    Option("allowed_hosts", "allowed-host", "NAME", values.hosts,
           "one more name that the server is called by"),
    Option("path_prefix", "path-prefix", "PATH", values.prefix,
           "what a proxy puts before every path"),
    Option("tls_cert", "tls-cert", "FILE", values.file, "certificate chain (PEM), for https"),
    Option("tls_key", "tls-key", "FILE", values.file, "private key of the certificate (PEM)"),
    Option("durability", "durability", "WHAT", values.one_of("process", "power"),
           'a job survives the death of the "process", or a loss of "power" too (process)'),
    Option("frontend_dir", "frontend-dir", "DIR", values.page_folder,
           "static files of another editor, shown at /"),
    Option("max_upload_bytes", "max-upload", "SIZE", values.size(1),
           "bytes that one uploaded file may have (512M)"),
    Option("max_jobs", "max-jobs", "COUNT", values.whole(1),
           "jobs that the history keeps (100000)"),
    Option("max_history_bytes", "max-history", "SIZE", values.size(1),
           "bytes that the history keeps (4G)"),
    Option("node_time_limit_s", "node-time-limit", "SECONDS", values.seconds,
           "end a node that takes longer (no limit)"),
    Option("max_sockets", "max-sockets", "COUNT", values.whole(1),
           "websockets that one user may hold (500)"),
    Option("log_format", "log-format", "FORMAT", values.one_of("text", "json"),
           '"text" or "json", a line an event (text)'),
    Option("precision", "precision", "FORMAT", values.one_of("auto", "fp32", "fp16", "bf16"),
           'number format of networks: "auto", "fp32", "fp16" or "bf16" (auto)'),
    Option("device", "device", "DEVICE", values.device,
           '"cpu", "cuda", "cuda:1", "mps" (auto, the best there is)'),
    Option("memory_bytes", "memory", "SIZE", values.size(1),
           "bytes that the weights of networks may take (60 % of the device's memory)"),
    Option("cache_ram_bytes", "cache-ram", "SIZE", values.size(0),
           "bytes of stored results in memory; 0 keeps none (2G)"),
    Option("cache_disk_bytes", "cache-disk", "SIZE", values.size(0),
           "bytes of stored results on disk; 0 keeps none (10G)"),
)  # fmt: skip


class _Given(NamedTuple):
    """A value, and how a message names where it was given."""

    value: Any
    place: str


def read_settings(
    flags: Mapping[str, Any], variables: Mapping[str, str], file: SettingsFile | None = None
) -> ServerSettings:
    """Return the settings that flags, variables and a file give together.

    Args:
        flags: by key of the option, those that were given.
        variables: of the environment; an empty one is as good as none.

    Raises:
        SettingError: a setting can not be what it is set to, or there is no such setting.
    """
    _check_variables(variables)
    given = {
        **(dict(_in_file(file)) if file is not None else {}),
        **dict(_in_variables(variables)),
        **{each: _Given(flags[each.key], each.flag) for each in OPTIONS if each.key in flags},
    }
    fields = {option.field: _read(option, each) for option, each in given.items()}
    return _checked(ServerSettings(**fields))


def _in_variables(variables: Mapping[str, str]) -> Iterator[tuple[Option, _Given]]:
    for option in OPTIONS:
        if text := variables.get(option.variable):
            words = [word.strip() for word in text.split(",")] if option.is_repeated else text
            yield option, _Given(words, option.variable)


def _in_file(file: SettingsFile) -> Iterator[tuple[Option, _Given]]:
    by_name = {option.name: option for option in OPTIONS}
    for name, value in file.values.items():
        if name == BASE:
            continue
        if (option := by_name.get(name)) is None:
            meant = nearest(name.replace("_", "-"), [*by_name, BASE])
            raise SettingError(
                f'"{file.path}" sets "{name}" to {shown(value)}, and there is no such setting. '
                + (f'Probably "{meant}" is meant.' if meant else "docs/running.md lists them.")
            )
        is_path = option.shape in ("FILE", "DIR") and isinstance(value, str) and value
        at = str(file.path.parent / value) if is_path and not value.startswith("~") else value
        yield option, _Given(at, f'"{name}" in "{file.path}"')


def _check_variables(variables: Mapping[str, str]) -> None:
    """Refuse a variable that is probably a slip; others may be another program's."""
    known = [option.variable.removeprefix(VARIABLE) for option in OPTIONS] + PLACES
    ours = (name.removeprefix(VARIABLE) for name in variables if name.startswith(VARIABLE))
    for name in ours:
        if name not in known and (meant := nearest(name, known)):
            raise SettingError(
                f'There is no variable "{VARIABLE}{name}". Probably "{VARIABLE}{meant}" is meant.'
            )


def _read(option: Option, given: _Given) -> Any:
    try:
        return option.read(given.value)
    except Unfit as problem:
        raise SettingError(
            f"{given.place} can not be {shown(given.value)}. {problem}",
            details={"setting": option.name},
        ) from problem


def _checked(settings: ServerSettings) -> ServerSettings:
    if settings.auth == "none" and not is_loopback(settings.host):
        raise SettingError(
            f'"{settings.host}" is reached by other machines, and without tokens whoever reaches '
            "the server rules it. Leave out --auth none, or listen on 127.0.0.1."
        )
    if (settings.tls_cert is None) != (settings.tls_key is None):
        raise SettingError("TLS takes a certificate and its key: --tls-cert and --tls-key.")
    return settings
