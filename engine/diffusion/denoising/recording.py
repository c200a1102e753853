"""Answers of a network, kept in a file so that a sampler can go on after a pause or a crash.

The file is a header and one entry an answer, each with its length and checksum; a torn tail is cut
off. Playing it back feeds a new sampler what the old one was told, so it ends up where that was.
"""

from __future__ import annotations

import hashlib
import json
import struct
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import torch
from torch import Tensor

from engine.diffusion.samplers.protocol import Answer, Request, Sampling

if TYPE_CHECKING:
    import numpy as np

    from engine.recordings import RecordAt

#: A recording that grows above this is given up.
MAX_BYTES = 256 * 2**20
FRAME = struct.Struct("<QI")  # length of the content, its CRC-32
DIGEST_BYTES = 16
#: Why a recording is of no use -> the names in its header that tell.
MISFITS = {
    "it was made by another version": ("engine", "torch"),
    "it was made on another device or in another number format": ("device", "dtype"),
    "the workflow, a file or a setting has changed since": ("node_key", "sampler", "shape"),
}
NOT_KEPT = "Sampling would start again after a pause, as it can not be recorded: {}."


@dataclass(frozen=True, slots=True)
class Header:
    """What must be the same for recorded answers to be of use.

    Attributes:
        node_key: content key of the node run, which covers model, conditioning and settings.
        device, dtype: what the network computes with.
        shape: of the samples at the beginning.
    """

    node_key: str
    sampler: str
    engine: str
    torch: str
    device: str
    dtype: str
    shape: tuple[int, ...]

    @classmethod
    def of(cls, record: RecordAt, sampler: str, x: Tensor) -> Header:
        """Return what goes before the answers of a run that begins at x, with this torch."""
        return cls(
            node_key=record.node_key,
            sampler=sampler,
            engine=record.engine_version,
            torch=torch.__version__,
            device=str(x.device),
            dtype=record.dtype,
            shape=tuple(x.shape),
        )


class Mismatch(Exception):
    """The recorded answer is to another request."""


class Recording:
    """An append-only file of answers, read from its start until it ends, then written.

    A file that cannot be written, or grows too large, is given up; the run goes on without it.
    `warn` is told of that, and of answers that are of no use any more.
    """

    def __init__(self, path: Path, header: Header, warn: Callable[[str], None]) -> None:
        """Open the file, or make it; one with another header is dropped."""
        self._path = path
        self._header = json.dumps(asdict(header), sort_keys=True).encode()
        self._warn = warn
        self._file = self._opened()
        self._is_at_end = False
        found = self._read_frame()
        if found is None:
            self._begin()
        elif found != self._header:
            self.drop(_misfit(found, header))

    def drop(self, why: str) -> None:
        """Forget all answers and begin again."""
        self._warn(f"Sampling starts again and does not go on where it was: {why}.")
        self._begin()

    def take(self, request: Request) -> Answer | None:
        """Return the next recorded answer, None after the last.

        Raises:
            Mismatch: it answers another request.
        """
        entry = self._read_frame()
        if entry is None:
            return None
        if entry[:DIGEST_BYTES] != digest(request):
            raise Mismatch
        numbers = torch.frombuffer(bytearray(entry[DIGEST_BYTES:]), dtype=torch.float32)
        return Answer(*numbers.view(-1, *request.x.shape).to(request.x.device).unbind())

    def append(self, request: Request, answer: Answer) -> None:
        """Add an answer; from here on it survives the death of the process."""
        parts = [answer.denoised] if answer.negative is None else [answer.denoised, answer.negative]
        self._write_frame(digest(request) + b"".join(_bytes(part) for part in parts))

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _opened(self) -> BinaryIO | None:
        path = self._path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            return path.open("r+b" if path.exists() else "w+b", buffering=0)
        except OSError as problem:
            self._warn(NOT_KEPT.format(_reason(problem)))
            return None

    def _begin(self) -> None:
        self._cut(0)
        self._write_frame(self._header)

    def _cut(self, at: int) -> None:
        """Forget what follows a place; from here on answers are written."""
        self._is_at_end = True
        if self._file is None:
            return
        try:
            self._file.seek(at)
            self._file.truncate()
        except OSError as problem:
            self._give_up(_reason(problem))

    def _read_frame(self) -> bytes | None:
        """Return the next content; at the end, or at the first torn one, None for good."""
        if self._file is None or self._is_at_end:
            return None
        try:
            start = self._file.tell()
            content = self._read_content()
        except OSError as problem:
            self._give_up(_reason(problem))
            return None
        if content is None:
            self._cut(start)
        return content

    def _read_content(self) -> bytes | None:
        assert self._file is not None
        frame = self._file.read(FRAME.size)
        if len(frame) < FRAME.size:
            return None
        length, checksum = FRAME.unpack(frame)
        if not 0 < length <= MAX_BYTES:  # after a loss of power the tail may be zeros
            return None
        content = self._file.read(length)
        return content if len(content) == length and zlib.crc32(content) == checksum else None

    def _write_frame(self, content: bytes) -> None:
        if self._file is None:
            return
        frame = FRAME.pack(len(content), zlib.crc32(content)) + content
        why = ""
        try:
            if self._file.tell() + len(frame) > MAX_BYTES:
                why = f"it is larger than {MAX_BYTES / 1e6:.0f} MB"
            elif self._file.write(frame) < len(frame):
                why = "the disk is full"
        except OSError as problem:
            why = _reason(problem)
        if why:
            self._give_up(why)

    def _give_up(self, why: str) -> None:
        """Go on without a file."""
        self._warn(NOT_KEPT.format(why))
        self.close()
        with suppress(OSError):
            self._path.unlink(missing_ok=True)


def _reason(problem: OSError) -> str:
    return problem.strerror or str(problem)


def _misfit(found: bytes, header: Header) -> str:
    """Say in which of the things that matter another recording differs."""
    then: dict[str, Any] = json.loads(found)
    now = json.loads(json.dumps(asdict(header)))
    return next(why for why, names in MISFITS.items() if any(then[n] != now[n] for n in names))


def replayed(begin: Callable[[], Sampling], recording: Recording) -> Sampling:
    """Run a sampler, asking only for what the recording does not answer, and record the rest.

    At the first request that differs from the recorded one the recording is dropped and the
    sampler starts again.
    """
    try:
        return (yield from _fed(begin, recording))
    except Mismatch:
        recording.drop("the sampler now asks the network for something else")
        return (yield from _fed(begin, recording))
    finally:
        recording.close()


def _fed(begin: Callable[[], Sampling], recording: Recording) -> Sampling:
    sampling = begin()
    request = next(sampling)
    while True:
        answer = recording.take(request)
        if answer is None:
            answer = yield request
            recording.append(request, answer)
        try:
            request = sampling.send(answer)
        except StopIteration as end:
            return end.value


def digest(request: Request) -> bytes:
    """Return a digest of everything a request asks."""
    facts = struct.pack("<dq?", request.sigma, request.step, request.need_negative)
    content = hashlib.blake2b(facts, digest_size=DIGEST_BYTES)
    content.update(_bytes(request.x))
    return content.digest()


def _bytes(tensor: Tensor) -> bytes:
    array: np.ndarray = tensor.detach().to("cpu", torch.float32).contiguous().numpy()
    return array.tobytes()
