"""The texts of documents that jobs run, those needed last in memory."""

from __future__ import annotations

from collections import OrderedDict
from functools import partial
from typing import TYPE_CHECKING

from engine.store import jobs as job_table

if TYPE_CHECKING:
    from engine.store.database import Database

#: What is kept in memory, by bytes.
KEPT_BYTES = 64 * 2**20


class Documents:
    """Finds texts by their digest."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._bytes = 0

    def keep(self, digest: str, text: bytes) -> None:
        """Remember a text."""
        if digest not in self._kept:
            self._bytes += len(text)
        self._kept[digest] = text
        self._kept.move_to_end(digest)
        while self._bytes > KEPT_BYTES and len(self._kept) > 1:
            self._bytes -= len(self._kept.popitem(last=False)[1])

    def kept(self, digest: str) -> bytes | None:
        """Return a text that is in memory, or None."""
        return self._kept.get(digest)

    async def get(self, digest: str) -> bytes:
        """Return a text, from memory or the store.

        Raises:
            NotFound: the store does not have it.
        """
        text = self._kept.get(digest)
        if text is None:
            text = await self._database.read(partial(job_table.document, digest=digest))
            self.keep(digest, text)
        return text
