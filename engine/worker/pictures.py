"""Previews, encoded beside the job: only the newest of each node, and nobody waits for them."""

from __future__ import annotations

import io
import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from engine.worker.messages import Pictured

if TYPE_CHECKING:
    from engine.events import Preview

logger = logging.getLogger(__name__)

QUALITY = 80


class Pictures:
    """Encodes and sends previews on a thread of its own, which the first one starts."""

    def __init__(self, say: Callable[[Pictured], None]) -> None:
        self._say = say
        self._waiting: dict[tuple[str, str], Preview] = {}
        #: the job whose previews are sent
        self._job = ""
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None

    def begin(self, job: str) -> None:
        """Send previews of this job from now on, and of no other."""
        with self._wake:
            self._job = job
            self._waiting.clear()

    def show(self, job: str, preview: Preview) -> None:
        """Encode and send a preview, if no newer one comes before its turn."""
        with self._wake:
            self._waiting[job, preview.node_id] = preview
            if self._thread is None:
                self._thread = threading.Thread(target=self._loop, name="previews", daemon=True)
                self._thread.start()
            self._wake.notify()

    def _loop(self) -> None:
        while True:
            with self._wake:
                while not self._waiting:
                    self._wake.wait()
                key = next(iter(self._waiting))
                job, preview = key[0], self._waiting.pop(key)
            message = encoded(job, preview)
            if message is not None and job == self._job:
                self._say(message)


def encoded(job: str, preview: Preview) -> Pictured | None:
    """Return a preview as a JPEG, or as WebP if it is transparent; None if it is no picture."""
    picture: Any = preview.picture
    stream = io.BytesIO()
    try:
        if picture.has_transparency_data:
            mime = "image/webp"
            picture.convert("RGBA").save(stream, "WEBP", quality=QUALITY, method=0)
        else:
            mime = "image/jpeg"
            picture.convert("RGB").save(stream, "JPEG", quality=QUALITY)
        width, height = picture.size
    except Exception as problem:  # noqa: BLE001 a pack may show anything
        logger.warning("A preview of node %s can not be encoded: %s", preview.node_id, problem)
        return None
    node = preview.node_id
    return Pictured(job, node, node, mime, stream.getvalue(), width, height)
