"""How one server is set up. The flags and variables that say so are in `options`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

MIB = 2**20
GIB = 2**30

Auth = Literal["token", "none"]
Durability = Literal["process", "power"]
LogFormat = Literal["text", "json"]


class ServerSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of one server.

    Attributes:
        host: the address it listens on.
        port: 0 takes a free one.
        allowed_hosts: names that a request may call the server, beside those of the machine itself.
        path_prefix: what a proxy puts before every path, such as `/sfumato`.
        durability: "power" also survives a loss of power.
        frontend_dir: static files of another editor, served at `/`.
        max_upload_bytes: of one uploaded file.
        max_jobs, max_history_bytes: of the history; older jobs are forgotten, their files stay.
        node_time_limit_s: a node that runs longer ends the worker; None lets it run.
        max_sockets: websockets that one user may hold.
        precision, device, memory_bytes: as the command `run` takes them.
        cache_ram_bytes, cache_disk_bytes: of stored results; None is the engine's own choice.
    """

    host: str = "127.0.0.1"
    port: int = 8188
    auth: Auth = "token"
    allowed_hosts: tuple[str, ...] = ()
    path_prefix: str = ""
    tls_cert: Path | None = None
    tls_key: Path | None = None
    durability: Durability = "process"
    frontend_dir: Path | None = None
    max_upload_bytes: int = 512 * MIB
    max_jobs: int = 100_000
    max_history_bytes: int = 4 * GIB
    node_time_limit_s: float | None = None
    max_sockets: int = 500
    log_format: LogFormat = "text"
    precision: Literal["auto", "fp32", "fp16", "bf16"] = "auto"
    device: str = "auto"
    memory_bytes: int | None = None
    cache_ram_bytes: int | None = None
    cache_disk_bytes: int | None = None
