"""The editor's files as browsers get them: modules joined and without comments, compressed once."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engine.server.joined_modules import FIRST, JOINED, Edition, Modules
from engine.server.module_text import small_style
from engine.server.pack_files import CONTENT_TYPES

#: Where our own modules are; those of others are sent as they came.
OURS = "app/"
STYLES = "styles/"

#: What a file is by name and time: when it changes, this does.
Stamp = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Packed:
    """A file of text as it is sent."""

    kind: str
    plain: bytes
    small: bytes

    @classmethod
    def of(cls, name: str, plain: bytes) -> Packed:
        """Return a file's content, compressed too."""
        found = CONTENT_TYPES.get(Path(name).suffix) or mimetypes.guess_type(name)[0]
        return cls(found or "text/plain", plain, gzip.compress(plain, 9, mtime=0))


@dataclass(frozen=True)
class Files:
    """The files of an edition.

    Attributes:
        contents: file -> what is in it.
        edition: its modules, and how they are joined.
    """

    contents: Mapping[str, bytes]
    edition: Edition
    _packed: dict[str, Packed] = field(default_factory=dict[str, Packed])

    @classmethod
    def of(
        cls, contents: Mapping[str, bytes], named: Mapping[str, str], start: str, faces: list[str]
    ) -> Files:
        """Join the modules of a start, and those that each face needs besides."""
        texts = {
            name: content.decode()
            for name, content in contents.items()
            if name.startswith(OURS) and name.endswith(".js")
        }
        joined = {f"{JOINED}{Path(face).name}": face for face in faces}
        return cls(contents, Edition.of(Modules(texts, named), start, joined))

    def __contains__(self, name: str) -> bool:
        return name in self.contents or name in self.edition.joined

    def packed(self, name: str) -> Packed:
        """Return a file as it is sent; the first time takes longer."""
        if (found := self._packed.get(name)) is None:
            found = self._packed[name] = Packed.of(name, self._plain(name))
        return found

    def _plain(self, name: str) -> bytes:
        if name in self.edition.modules.texts or name in self.edition.joined:
            return self.edition.text(name).encode()
        if name.startswith(STYLES):
            return small_style(self.contents[name].decode()).encode()
        return self.contents[name]

    def first(self, start: str) -> list[str]:
        """Return what the page asks for at its start, in the order in which it is needed."""
        return self.needed([start, *self.edition.joined[FIRST]])

    def needed(self, starts: Iterable[str]) -> list[str]:
        """Return the files that modules and all that they import are in."""
        place = self.edition.place
        return list(dict.fromkeys(place.get(each, (each,))[0] for each in self._closure(starts)))

    def _closure(self, starts: Iterable[str]) -> Iterator[str]:
        seen = list(dict.fromkeys(starts))
        for name in seen:
            yield name
            for each in self.edition.modules.imports_in(self.contents[name].decode(), name):
                if each in self.contents and each not in seen:
                    seen.append(each)


def digest(contents: Mapping[str, bytes]) -> str:
    """Return a digest of all that an edition has, as it is sent."""
    whole = hashlib.sha256()
    for name in ("module_text.py", "joined_modules.py", "editor_files.py"):
        whole.update(Path(__file__).with_name(name).read_bytes())
    for name, content in contents.items():
        whole.update(b"\0%b\0" % name.encode())
        whole.update(content)
    return whole.hexdigest()[:16]


def stamps(folder: Path, rooms: tuple[str, ...]) -> tuple[Stamp, ...]:
    """Return what is in the rooms of a folder now, in the order of names."""
    found: list[Stamp] = []
    for room in rooms:
        at = folder / room
        for path in sorted(at.rglob("*")) if at.is_dir() else [at]:
            if path.is_file():
                found.append(stamp_of(folder, path.relative_to(folder).as_posix()))
    return tuple(found)


def stamp_of(folder: Path, name: str) -> Stamp:
    """Return what a file is now."""
    about = (folder / name).stat()
    return name, about.st_mtime_ns, about.st_size
