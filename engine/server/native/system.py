"""The machine, the versions, the processes; and who asks."""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
import time
from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec

from engine.code_identity import library_version
from engine.hardware import machine
from engine.release import release
from engine.server.disk_use import used_bytes
from engine.server.routing import Call, Routes
from engine.users import RoleName
from engine.worker.messages import Free
from engine.worker.usage import available_bytes, resident_bytes

if TYPE_CHECKING:
    from engine.server.services import Services

routes = Routes("system")

LIBRARIES = ("sfumato", "torch", "diffusers", "transformers", "safetensors", "aiohttp")
#: To look for devices the worker may have to load torch first.
DEVICE_LIMIT_S = 60.0


class Memory(msgspec.Struct, frozen=True):
    """Bytes of the machine's memory, or of a container's share; 0 where it can not be told."""

    total: int
    available: int
    server: int
    worker: int


class Disk(msgspec.Struct, frozen=True):
    """Bytes of the disk where the installation lies."""

    total: int
    free: int


class Worker(msgspec.Struct, frozen=True):
    """The process that computes; its results since it started."""

    is_ready: bool
    pid: int | None
    cache_hits: int
    cache_misses: int


class Queue(msgspec.Struct, frozen=True):
    """How many jobs are in each state."""

    running: int
    queued: int
    paused: int


class System(msgspec.Struct, frozen=True):
    """What the server runs on.

    Attributes:
        versions: of Sfumato, of Python and of libraries, by name.
        device: where networks run, and its memory; empty before it is used or looked for.
        uptime: seconds since the server started.
    """

    versions: dict[str, str]
    os: str
    cpus: int
    memory: Memory
    disk: Disk
    device: dict[str, Any]
    worker: Worker
    queue: Queue
    uptime: float


class Look(msgspec.Struct, frozen=True):
    """Whether a device is looked for that was not used yet, for which torch is loaded."""

    detect: bool = False


class FreeWhat(msgspec.Struct, frozen=True):
    """What to let go between two jobs: loaded weights, and results kept in memory."""

    weights: bool = True
    results: bool = False


class Lines(msgspec.Struct, frozen=True):
    """The last lines of a log, oldest first."""

    lines: list[str]


class WhichLines(msgspec.Struct, frozen=True):
    """Whose log, and how much of it."""

    of: Literal["server", "worker"] = "server"
    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 200


class Me(msgspec.Struct, frozen=True):
    """Who asks, what they may, and what of it they use; None has no limit.

    Attributes:
        disk_bytes: of input, output and user data together.
    """

    name: str
    role: RoleName
    queued: int
    max_queued: int | None
    disk_bytes: int
    max_disk_bytes: int | None


@routes("GET", "/system", query=Look, answers=System)
async def show_system(call: Call[None, Look]) -> System:
    """Return versions, devices, memory, the worker's state and the queue's length."""
    services = call.services
    device = services.worker.usage.device
    if not device and call.query.detect:
        device = await services.worker.ask("device", {}, limit_s=DEVICE_LIMIT_S)
    states = Counter[str](job.state for job in services.jobs.unfinished())
    queue = Queue(states["running"], states["queued"], states["paused"])
    return await asyncio.to_thread(_system, services, device or {}, queue)


@routes("POST", "/system/free", body=FreeWhat, status=202)
async def free(call: Call[FreeWhat, None]) -> None:
    """Give memory back as soon as no job runs."""
    call.services.worker.send(Free(call.body.weights, call.body.results))


@routes("POST", "/system/restart-worker", role="admin", status=202)
async def restart_worker(call: Call[None, None]) -> None:
    """End the process that computes and start another; a running job goes on where it was."""
    call.services.worker.kill(f'"{call.user.name}" asked for it')


@routes("GET", "/system/logs", role="admin", query=WhichLines, answers=Lines)
async def show_logs(call: Call[None, WhichLines]) -> Lines:
    """Return the last lines of the server's or the worker's log."""
    services, asked = call.services, call.query
    if asked.of == "server":
        return Lines(list(services.recent.lines)[-asked.limit :])
    told = list(services.worker.log)[-asked.limit :]
    return Lines([f"{line.level} {line.logger}: {line.message}" for line in told])


@routes("GET", "/me", answers=Me)
async def show_me(call: Call[None, None]) -> Me:
    """Return who asks, what they may, and how much of it they use."""
    user, services = call.user, call.services
    return Me(
        name=user.name,
        role=user.role,
        queued=len(services.jobs.unfinished(user.name)),
        max_queued=user.max_queued,
        disk_bytes=await asyncio.to_thread(used_bytes, services.folders, user.name),
        max_disk_bytes=user.max_disk_bytes,
    )


def _system(services: Services, device: dict[str, Any], queue: Queue) -> System:
    usage, worker = services.worker.usage, services.worker
    disk = shutil.disk_usage(services.folders.base)
    versions = {name: library_version(name) for name in LIBRARIES}
    return System(
        versions={"sfumato": release(), "python": platform.python_version()}
        | {name: version for name, version in versions.items() if version},
        os=f"{platform.system()} {platform.release()} {platform.machine()}",
        cpus=os.cpu_count() or 1,
        memory=Memory(
            total=machine.memory_bytes(),
            available=available_bytes(),
            server=resident_bytes(),
            worker=usage.resident_bytes,
        ),
        disk=Disk(disk.total, disk.free),
        device=device,
        worker=Worker(worker.is_ready, worker.pid, usage.cache_hits, usage.cache_misses),
        queue=queue,
        uptime=time.monotonic() - services.started,
    )
