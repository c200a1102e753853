"""Thumbnails: made once, kept within a bound, never of what nobody should decode."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from engine.errors import BadRequest, TooLarge
from engine.server.files import pillow
from engine.server.files.thumbnails import Thumbnails, rounded
from tests.server.pictures import bomb_png, huge_png, opened, png


@pytest.fixture
def thumbnails(tmp_path: Path) -> Iterator[Thumbnails]:
    with closing(Thumbnails(tmp_path / "cache")) as made:
        yield made


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "a.png"
    path.write_bytes(png((300, 600)))
    return path


def kept(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]


def test_thumbnail_fits_the_size(thumbnails: Thumbnails, picture: Path):
    data, _ = asyncio.run(thumbnails.of(picture, 64))

    assert (opened(data).format, opened(data).size) == ("WEBP", (32, 64))


def test_small_picture_is_not_made_larger(thumbnails: Thumbnails, tmp_path: Path):
    path = tmp_path / "b.png"
    path.write_bytes(png((10, 20)))

    data, _ = asyncio.run(thumbnails.of(path, 64))

    assert opened(data).size == (10, 20)


def test_transparency_is_kept(thumbnails: Thumbnails, tmp_path: Path):
    path = tmp_path / "b.png"
    path.write_bytes(png((10, 10), (1, 2, 3, 0)))

    data, _ = asyncio.run(thumbnails.of(path, 64))

    assert opened(data).convert("RGBA").getpixel((5, 5))[3] == 0  # pyright: ignore


def test_sixteen_bit_grey_keeps_its_tones(thumbnails: Thumbnails, tmp_path: Path):
    from PIL import Image

    path = tmp_path / "b.png"
    Image.new("I;16", (8, 8), 32768).save(path)

    data, _ = asyncio.run(thumbnails.of(path, 64))

    assert opened(data).convert("L").getpixel((4, 4)) == pytest.approx(128, abs=2)


def test_thumbnail_is_made_once(
    thumbnails: Thumbnails, picture: Path, monkeypatch: pytest.MonkeyPatch
):
    first, tag = asyncio.run(thumbnails.of(picture, 64))
    monkeypatch.setattr(pillow, "small", None)

    again, same_tag = asyncio.run(thumbnails.of(picture, 64))

    assert (again, same_tag) == (first, tag)


def test_changed_file_has_another_thumbnail(thumbnails: Thumbnails, picture: Path):
    _, before = asyncio.run(thumbnails.of(picture, 64))
    picture.write_bytes(png((600, 300)))

    data, after = asyncio.run(thumbnails.of(picture, 64))

    assert before != after
    assert opened(data).size == (64, 32)


def test_requests_at_once_share_one_computation(
    thumbnails: Thumbnails, picture: Path, monkeypatch: pytest.MonkeyPatch
):
    calls: list[int] = []
    small = pillow.small

    def counted(shown: Any, size: int) -> bytes:
        calls.append(size)
        return small(shown, size)

    monkeypatch.setattr(pillow, "small", counted)

    async def many() -> list[tuple[bytes, str]]:
        return await asyncio.gather(*(thumbnails.of(picture, 60 + each % 4) for each in range(40)))

    found = asyncio.run(many())

    assert calls == [64]
    assert len(set(found)) == 1


def test_request_that_is_given_up_leaves_the_others_theirs(
    thumbnails: Thumbnails, picture: Path, monkeypatch: pytest.MonkeyPatch
):
    begun, goes_on = Event(), Event()
    small = pillow.small

    def slow(shown: Any, size: int) -> bytes:
        begun.set()
        goes_on.wait(10)
        return small(shown, size)

    monkeypatch.setattr(pillow, "small", slow)

    async def two() -> bytes:
        first = asyncio.create_task(thumbnails.of(picture, 64))
        second = asyncio.create_task(thumbnails.of(picture, 64))
        await asyncio.to_thread(begun.wait, 10)
        first.cancel()
        goes_on.set()
        return (await second)[0]

    assert opened(asyncio.run(two())).size == (32, 64)


def test_space_is_bounded(tmp_path: Path):
    async def fill(thumbnails: Thumbnails) -> None:
        for place in range(30):
            path = tmp_path / f"{place}.png"
            path.write_bytes(png((100, 100), (place, 0, 0)))
            await thumbnails.of(path, 64)

    with closing(Thumbnails(tmp_path / "cache", limit_bytes=1000)) as thumbnails:
        asyncio.run(fill(thumbnails))

    assert 0 < sum(path.stat().st_size for path in kept(tmp_path)) <= 1000


def test_forgotten_file_leaves_no_thumbnail(thumbnails: Thumbnails, picture: Path, tmp_path: Path):
    async def make_and_forget() -> None:
        await thumbnails.of(picture, 64)
        await thumbnails.of(picture, 512)
        await thumbnails.forget(picture)

    asyncio.run(make_and_forget())

    assert kept(tmp_path) == []


def test_cache_that_can_not_be_written_is_done_without(picture: Path, tmp_path: Path):
    (tmp_path / "cache").write_text("a file where a folder should be")

    with closing(Thumbnails(tmp_path / "cache")) as thumbnails:
        data, _ = asyncio.run(thumbnails.of(picture, 64))

    assert opened(data).size == (32, 64)


@pytest.mark.parametrize("content", [huge_png(), bomb_png()], ids=["pixels", "text"])
def test_bomb_is_refused(thumbnails: Thumbnails, tmp_path: Path, content: bytes):
    path = tmp_path / "b.png"
    path.write_bytes(content)

    with pytest.raises(TooLarge):
        asyncio.run(thumbnails.of(path, 64))


@pytest.mark.parametrize(
    "content", [b"", b"text", png()[:45], os.urandom(1000)], ids=["empty", "text", "cut", "noise"]
)
def test_what_is_no_picture_is_refused(thumbnails: Thumbnails, tmp_path: Path, content: bytes):
    path = tmp_path / "b.png"
    path.write_bytes(content)

    with pytest.raises(BadRequest):
        asyncio.run(thumbnails.of(path, 64))


@pytest.mark.parametrize(("asked", "size"), [(1, 64), (64, 64), (65, 128), (1024, 1024)])
def test_size_is_rounded_up(asked: int, size: int):
    assert rounded(asked) == size
