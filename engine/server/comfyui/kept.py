"""What this API keeps with a job, so that clients get back exactly what they sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from engine.jobs.job import Job

#: The key in `Job.extra`.
KEY = "comfyui"
#: A client's id that can be the job's: it may become part of a file name.
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
#: Digits of the hash that stands for another id.
_DIGITS = 32


class Kept(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One prompt as it was sent.

    Attributes:
        prompt_id: as the client writes it.
        prompt: its JSON.
        extra_data: its JSON, without secrets.
        client_id: the websocket that hears of it.
        outputs: the output nodes that run.
        ids: the document's id -> the prompt's, where they differ.
    """

    prompt_id: str
    prompt: str
    extra_data: str = "{}"
    client_id: str | None = None
    outputs: list[str] = []
    ids: dict[str, str] = {}

    def nodes(self) -> dict[str, Any]:
        """Return the prompt's nodes by id."""
        return msgspec.json.decode(self.prompt)


class _Asked(msgspec.Struct):
    """What of `extra_data` the server goes by."""

    preview_method: Any = None


def kept_of(job: Job) -> Kept | None:
    """Return what was kept with a job; None for one that came by another API."""
    found = job.extra.get(KEY)
    return None if found is None else msgspec.convert(found, Kept)


def as_extra(kept: Kept) -> dict[str, Any]:
    """Return what to put into `Job.extra`."""
    return {KEY: msgspec.to_builtins(kept)}


def job_id_of(prompt_id: str) -> str:
    """Return the job's id for a client's: itself where it is plain, else a hash of it."""
    if _PLAIN.fullmatch(prompt_id):
        return prompt_id
    digits = sha256(prompt_id.encode("utf-8", "surrogatepass")).hexdigest()
    return f"prompt-{digits[:_DIGITS]}"


def prompt_id_of(job: Job) -> str:
    """Return the id by which clients know a job."""
    return (job.extra.get(KEY) or {}).get("prompt_id", job.id)


def client_of(job: Job) -> str | None:
    """Return the id of the websocket that hears of a job."""
    return (job.extra.get(KEY) or {}).get("client_id")


def previews_of(job: Job) -> bool | None:
    """Say whether a prompt asks for previews; None if it leaves that to its client."""
    extra_data = (job.extra.get(KEY) or {}).get("extra_data", "{}")
    match msgspec.json.decode(extra_data, type=_Asked).preview_method:
        case "none":
            return False
        case "auto" | "latent2rgb" | "taesd":
            return True
        case _:
            return None


def wire_id(node_id: str, shown_at: str, ids: Mapping[str, str]) -> str:
    """Return a node's id in the prompt; one that was added while running goes by its adder's."""
    if not ids:
        return node_id
    if node_id == shown_at or node_id.startswith(f"{shown_at}."):
        return ids.get(shown_at, shown_at) + node_id[len(shown_at) :]
    return ids.get(node_id, node_id)


def as_number(position: float) -> float:
    """Return a place in the queue as ComfyUI writes it: whole where it is."""
    return int(position) if position.is_integer() else position


@dataclass(frozen=True)
class Told:
    """What the translation of a job's events goes by.

    Attributes:
        prompt_id: as its client knows it.
        text: the prompt's JSON.
        ids: the document's node id -> the prompt's, where they differ.
    """

    prompt_id: str
    text: str = "{}"
    ids: Mapping[str, str] = field(default_factory=dict[str, str])

    @classmethod
    def of(cls, job: Job) -> Told:
        """Return what was kept with a job."""
        kept = kept_of(job)
        return cls(kept.prompt_id, kept.prompt, kept.ids) if kept else cls(job.id)

    @cached_property
    def prompt(self) -> Mapping[str, Any]:
        """The prompt's nodes by id."""
        return msgspec.json.decode(self.text)

    def kind(self, node_id: str) -> str:
        """Return a node's type, or nothing for one that the prompt does not have."""
        return self.prompt.get(node_id, {}).get("class_type", "")
