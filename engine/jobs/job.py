"""A job: one run of one document with its values, from submission to its end. Plain data."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

State = Literal["queued", "running", "paused", "succeeded", "failed", "cancelled"]
Source = Literal["native", "comfyui"]

#: From these a job does not go on by itself, and is history.
ENDED: frozenset[State] = frozenset(("succeeded", "failed", "cancelled"))


class Job(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One job as it is stored; times are seconds since the epoch.

    Attributes:
        owner: name of the user it belongs to.
        document: digest of the document, under which the store keeps its text.
        prompt, seed: what its document draws, and by which chance; they tell jobs apart.
        values: what this job sets in the document, by exposed name or `NODE.input`.
        targets: nodes to run; None runs all that show or save, and exposed outputs.
        priority: higher runs first.
        position: within a priority and an owner, lower runs first; ComfyUI's `number`.
        key: the idempotency key that it was submitted with.
        batch, batch_index: the submission that it is a part of, and its place there.
        source: which API it came by.
        extra: what the adapter of its API keeps with it.
        wish: what was asked of it while it ran; it holds whatever ends the run.
        crashes: how often the worker died while it ran.
        restarts: how often the server died while it ran.
        ui: what its nodes showed, by node id.
        ran, reused: how many nodes were called, and how many had a stored result.
        error: why it failed, in the form of `EngineError.as_json`.
    """

    id: str
    owner: str
    document: str
    created: float
    state: State = "queued"
    title: str = ""
    prompt: str = ""
    seed: str = ""
    values: dict[str, Any] = {}
    targets: list[str] | None = None
    priority: int = 0
    position: float = 0.0
    key: str | None = None
    batch: str | None = None
    batch_index: int = 0
    source: Source = "native"
    extra: dict[str, Any] = {}
    started: float | None = None
    ended: float | None = None
    wish: Literal["", "cancel", "pause"] = ""
    crashes: int = 0
    restarts: int = 0
    ui: dict[str, dict[str, Any]] = {}
    ran: int = 0
    reused: int = 0
    error: dict[str, Any] | None = None

    @property
    def has_ended(self) -> bool:
        """Say whether it is history."""
        return self.state in ENDED
