"""The gallery: what a user's jobs have written, with how it was made."""

from __future__ import annotations

from typing import Annotated

import msgspec

from engine.server.files.media import media_type
from engine.server.routing import Call, Routes
from engine.store.pictures import Picture, Search

routes = Routes("gallery")

NS = 10**9
Date = Annotated[float, msgspec.Meta(ge=0, le=9_000_000_000)]


class GalleryItem(msgspec.Struct, frozen=True, kw_only=True):
    """One file of the output folder; what is not known is empty or none.

    Attributes:
        name: below the output folder; `/files/output/NAME` has the file.
        created: seconds since the epoch.
        seed: as text: seeds go to 2^64-1.
        has_workflow: a graph lies in the file and can be opened.
    """

    name: str
    type: str
    size_bytes: int
    created: float
    width: int | None
    height: int | None
    prompt: str
    negative: str
    model: str
    seed: str
    sampler: str
    scheduler: str
    steps: int | None
    cfg: float | None
    job: str
    has_workflow: bool


class GalleryPage(msgspec.Struct, frozen=True):
    """A page of the gallery, newest first.

    Attributes:
        total: how many the search found.
        is_complete: false while new files are still looked into.
    """

    items: list[GalleryItem]
    total: int
    is_complete: bool


class GallerySearch(msgspec.Struct, frozen=True):
    """What to look for.

    Attributes:
        search: words that are all in the prompts, the model's name or the file's; of more than
            10,000 files that have them, the newest are found.
        model: a part of its name.
        since, until: seconds since the epoch.
    """

    search: str = ""
    model: str = ""
    seed: str = ""
    job: str = ""
    since: Date | None = None
    until: Date | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=500)] = 50
    offset: Annotated[int, msgspec.Meta(ge=0, le=2**31)] = 0


@routes("GET", "/gallery", query=GallerySearch, answers=GalleryPage)
async def list_gallery(call: Call[None, GallerySearch]) -> GalleryPage:
    """Return pictures and other output files, newest first."""
    asked = call.query
    search = Search(
        words=asked.search,
        model=asked.model,
        seed=asked.seed,
        job=asked.job,
        since=asked.since,
        until=asked.until,
    )
    page = await call.services.gallery.page(call.user.name, search, asked.limit, asked.offset)
    return GalleryPage([_item(each) for each in page.pictures], page.total, page.is_complete)


@routes("GET", "/gallery/{name:.+}", answers=GalleryItem)
async def show_gallery_item(call: Call[None, None]) -> GalleryItem:
    """Return what is known of one output file."""
    return _item(await call.services.gallery.find(call.user.name, call.path["name"]))


@routes("DELETE", "/gallery/{name:.+}", status=204)
async def delete_gallery_item(call: Call[None, None]) -> None:
    """Delete an output file, its thumbnails and what is known of it."""
    await call.services.gallery.remove(call.user.name, call.path["name"])


def _item(found: Picture) -> GalleryItem:
    return GalleryItem(
        name=found.name,
        type=media_type(found.name),
        size_bytes=found.size,
        created=found.mtime_ns / NS,
        width=found.width,
        height=found.height,
        prompt=found.prompt,
        negative=found.negative,
        model=found.model,
        seed=found.seed,
        sampler=found.sampler,
        scheduler=found.scheduler,
        steps=found.steps,
        cfg=found.cfg,
        job=found.job,
        has_workflow=bool(found.has_workflow),
    )
