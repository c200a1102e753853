"""Jobs as clients see them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

import msgspec

from engine.events import Progress
from engine.jobs.job import Job, Source, State
from engine.server.native.event_messages import error_told
from engine.server.routing import NATIVE

if TYPE_CHECKING:
    from engine.server.routing import Call
    from engine.server.services import Services

PLACES = ("input", "output", "temp")


class FileShown(msgspec.Struct, frozen=True, kw_only=True):
    """A file that a node showed or saved.

    Attributes:
        node: its id.
        what: what the node calls it, such as "images".
        kind, name: its folder, and the name below it, as `/files` has them.
        url: below the server's address; none of another user's file.
    """

    node: str
    what: str
    kind: str
    name: str
    url: str | None


class Working(msgspec.Struct, frozen=True, kw_only=True):
    """How far a running node is."""

    node: str
    step: int
    steps: int


class JobView(msgspec.Struct, frozen=True, kw_only=True):
    """One job; times are seconds since the epoch.

    Attributes:
        prompt, seed: what its document draws, and by which chance, as far as they are found.
        values: what it sets in the document, by exposed name or `NODE.input`.
        targets: nodes to run; none runs all that show or save.
        key: the idempotency key that it was submitted with.
        wish: "cancel" or "pause" while it is being ended.
        crashes, restarts: how often the worker, and the server, died while it ran.
        ran, reused: how many nodes were called, and how many had a stored result.
        error: why it failed, as errors are answered.
        outputs: the files that it showed or saved.
        shown: what nodes showed beside files, such as texts, by node id.
        progress: of the nodes that run now.
    """

    id: str
    owner: str
    state: State
    title: str
    prompt: str
    seed: str
    created: float
    started: float | None
    ended: float | None
    priority: int
    source: Source
    batch: str | None
    batch_index: int
    key: str | None
    wish: str
    values: dict[str, Any]
    targets: list[str] | None
    crashes: int
    restarts: int
    ran: int
    reused: int
    error: dict[str, Any] | None
    outputs: list[FileShown]
    shown: dict[str, dict[str, Any]]
    progress: list[Working]


_SAME = frozenset(JobView.__struct_fields__) & frozenset(Job.__struct_fields__)


def view_of(call: Call[Any, Any], job: Job) -> JobView:
    """Return a job as who asks sees it."""
    services, user = call.services, call.user
    home = f"{services.settings.path_prefix}{NATIVE}/files"
    fields: dict[str, Any] = {name: getattr(job, name) for name in _SAME}
    fields |= {
        "error": None if job.error is None else error_told(job.error),
        "outputs": list(_files(job, home if job.owner == user.name else None)),
        "shown": _texts(job.ui),
        "progress": list(_progress(job, services)),
    }
    return JobView(**fields)


def views_of(call: Call[Any, Any], jobs: Iterable[Job]) -> list[JobView]:
    """Return jobs as who asks sees them."""
    return [view_of(call, job) for job in jobs]


def _files(job: Job, home: str | None) -> Iterator[FileShown]:
    for node, shown in job.ui.items():
        for what, items in shown.items():
            for item in _items(items):
                if _is_file(item):
                    yield _file(node, what, item, home)


def _file(node: str, what: str, item: Mapping[str, Any], home: str | None) -> FileShown:
    subfolder = item.get("subfolder", "")
    name = f"{subfolder}/{item['filename']}" if subfolder else item["filename"]
    kind = item.get("type", "output")
    url = f"{home}/{kind}/{quote(name)}" if home is not None and kind in PLACES else None
    return FileShown(node=node, what=what, kind=kind, name=name, url=url)


def _texts(ui: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return what is no file."""
    found = {
        node: {
            what: items
            for what, items in shown.items()
            if not any(_is_file(item) for item in _items(items))
        }
        for node, shown in ui.items()
    }
    return {node: shown for node, shown in found.items() if shown}


def _items(items: Any) -> list[Any]:
    return cast("list[Any]", items) if isinstance(items, list) else []


def _is_file(item: Any) -> bool:
    return isinstance(item, dict) and isinstance(cast("dict[str, Any]", item).get("filename"), str)


def _progress(job: Job, services: Services) -> Iterator[Working]:
    if job.state != "running":
        return
    for each in services.feed.latest(job.owner):
        if each.job == job.id and isinstance(each.event, Progress):
            yield Working(node=each.event.node_id, step=each.event.step, steps=each.event.steps)
