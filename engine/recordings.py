"""Where a job keeps what its sampling nodes were told by networks. Plain data, without torch."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.paths import Folders

SUFFIX = ".rec"
#: The folder of all jobs' recordings, beside those of users.
_ALL = "_recordings"


@dataclass(frozen=True, slots=True)
class RecordAt:
    """Where to keep the answers of a run, and what they depend on.

    Attributes:
        node_key: content key of the node run, which covers model, conditioning and settings.
        dtype: what the network computes in.
    """

    path: Path
    node_key: str
    engine_version: str
    dtype: str


def recordings_of_job(folders: Folders, job: str) -> Path:
    """Return the folder of a job's recordings; clients may choose ids, so the name is a digest."""
    return folders.user.joinpath(_ALL, _digest(job))


def all_recordings(folders: Folders) -> Path:
    """Return the folder that holds those of all jobs; no user can be called so."""
    return folders.user / _ALL


def recording_of(folder: Path, node_id: str, item: int) -> Path:
    """Return the file of one call of a node; ids may hold anything, so the name is a digest."""
    return folder / f"{_digest(node_id)}-{item}{SUFFIX}"


def recordings_of(folder: Path, node_id: str) -> list[Path]:
    """Return the files of all calls of a node."""
    return list(folder.glob(f"{_digest(node_id)}-*{SUFFIX}"))


def _digest(node_id: str) -> str:
    return hashlib.blake2b(node_id.encode(errors="surrogatepass"), digest_size=16).hexdigest()
