"""What the server is made of; handlers get it with every call."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from engine.server.metrics import Metrics
from engine.server.pack_files import PackFiles
from engine.server.pack_nodes import PackNodes
from engine.server.recent_lines import RecentLines

if TYPE_CHECKING:
    from engine.jobs.feed import Feed
    from engine.jobs.service import Jobs
    from engine.paths import Folders
    from engine.registry import Registry
    from engine.server.comfyui.hub import Hub
    from engine.server.comfyui.seen import SeenPrompts
    from engine.server.files.gallery import Gallery
    from engine.server.files.thumbnails import Thumbnails
    from engine.server.settings import ServerSettings
    from engine.store.database import Database
    from engine.worker.host import WorkerHost


@dataclass(frozen=True)
class Services:
    """The parts of one running server.

    Attributes:
        built_ins: the node types of the engine itself; those of packs live in the worker.
        folders: of the installation and its default user; `folders.of(owner)` has a user's.
        worker: runs jobs and answers what needs packs, models or torch.
        metrics: what is counted for `/metrics`.
        pack_files: what packs have for browsers.
        pack_nodes: the node types of packs.
        recent: the last lines of the log.
        started: when the server was, by `time.monotonic`.
    """

    settings: ServerSettings
    folders: Folders
    built_ins: Registry
    database: Database
    feed: Feed
    jobs: Jobs
    worker: WorkerHost
    metrics: Metrics = field(default_factory=Metrics)
    pack_files: PackFiles = field(default_factory=PackFiles)
    pack_nodes: PackNodes = field(default_factory=PackNodes)
    recent: RecentLines = field(default_factory=RecentLines)
    started: float = field(default_factory=time.monotonic)

    @cached_property
    def thumbnails(self) -> Thumbnails:
        """Return what makes and keeps small pictures."""
        from engine.server.files.thumbnails import Thumbnails

        return Thumbnails(self.folders.cache / "thumbnails")

    @cached_property
    def gallery(self) -> Gallery:
        """Return the index of the output folders."""
        from engine.server.files.gallery import Gallery

        return Gallery(self.database, self.folders, self.thumbnails)

    @cached_property
    def comfyui(self) -> Hub:
        """Return what tells ComfyUI's clients of jobs."""
        from engine.server.comfyui.hub import Hub

        return Hub(self.feed, self.jobs)

    @cached_property
    def seen_prompts(self) -> SeenPrompts:
        """Return what is known of the prompts that came last."""
        from engine.server.comfyui.seen import SeenPrompts

        return SeenPrompts(self.built_ins)
