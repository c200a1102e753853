"""Where files lie, and the functions that turn a client's text into a path.

A *kind* is a family of folders, such as "checkpoints": its roots are searched in order. Names are
relative to a root; both slashes are accepted. What lies in input/, output/ and temp/ may have come
from a client, so links there lead nowhere else; model folders are the operator's own, and links in
them are followed (docs/adr/0002). Models that were saved to output/ are listed after the others.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from engine.errors import PathError
from engine.model_folders.kinds import (
    DIFFUSERS_FOLDERS,
    DIFFUSERS_INDEX,
    MODEL_KINDS,
    MODEL_SUFFIXES,
    PICTURE_SUFFIXES,
    PLACES,
    SAVED_TO,
    current_kind,
    suffixes_of,
)
from engine.model_folders.layouts import comfyui_roots
from engine.model_folders.listing import Found, Listing, Wanted
from engine.model_folders.missing import elsewhere, not_found, quoted

__all__ = [
    "DIFFUSERS_INDEX",
    "MODEL_KINDS",
    "MODEL_SUFFIXES",
    "PICTURE_SUFFIXES",
    "Folders",
    "HashIndex",
    "below",
    "inside",
]

#: Below the installation, the files of owners beside the default one.
OTHER_OWNERS = "users"
#: The shortest hash that is looked for: AutoV2, the first ten digits of a SHA-256.
SHORT_HASH = 10
#: The user whose files lie where a single person expects them.
DEFAULT_OWNER = "default"


class HashIndex(Protocol):
    """Knows the files whose SHA-256 has been computed."""

    def paths_with(self, sha256: str) -> list[Path]:
        """Return the files, as they are now, whose hash begins with these digits."""
        ...


def inside(root: Path, name: str) -> Path:
    """Resolve a client's name inside `root`, or raise.

    Raises:
        PathError: the name is empty, absolute, holds a NUL byte or a drive, or leads outside
            `root`, symbolic links included.
    """
    text = _relative(root, name)
    home = root.resolve()
    try:
        path = (home / text).resolve()
    except (OSError, RuntimeError, ValueError) as problem:
        reason = f'{quoted(name)} can not be looked up in "{root.name}"'
        raise PathError(f"{reason}. Use a plain name.") from problem
    if not path.is_relative_to(home):
        raise PathError(_leads_out(root, name))
    return path


def below(root: Path, name: str) -> Path:
    """Return the path of a client's name below a folder that only the operator writes.

    The name itself stays below `root`; a link that the operator has put there is followed.

    Raises:
        PathError: the name is empty, absolute, holds a NUL byte or a drive, or leads outside.
    """
    text = posixpath.normpath(_relative(root, name))
    if text == ".." or text.startswith("../"):
        raise PathError(_leads_out(root, name))
    return root / text


def _relative(root: Path, name: str) -> str:
    text = name.replace("\\", "/")
    if not text.strip() or "\0" in text or text.startswith("/") or ":" in text.split("/")[0]:
        raise PathError(
            f'{quoted(name)} is not a name inside the folder "{root.name}". '
            "Use a relative name such as sub/file."
        )
    return text


def _leads_out(root: Path, name: str) -> str:
    return f'{quoted(name)} leads out of the folder "{root.name}". Names stay inside their folder.'


@dataclass(frozen=True)
class Folders:
    """The folders of one installation; copies share what they have listed and added kinds.

    Attributes:
        base: holds models/, input/, output/, temp/ and cache/.
        models: kind -> roots, searched in order.
        suffixes: kind -> what its files end in, where that is not the usual.
        custom_nodes: folders that hold packs.
        user: settings of the installation and of its users.
        notes: what was wrong with places of models that the settings name.
        index: where hashes of model files are looked up.
    """

    base: Path
    input: Path
    output: Path
    temp: Path
    cache: Path
    user: Path
    models: dict[str, tuple[Path, ...]] = field(default_factory=dict[str, tuple[Path, ...]])
    suffixes: dict[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    custom_nodes: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()
    index: HashIndex | None = field(default=None, compare=False, repr=False)
    listing: Listing = field(default_factory=Listing, compare=False, repr=False)

    @classmethod
    def at(cls, base: Path, *, output: Path | None = None) -> Folders:
        """Return the folders of an installation whose root is `base`."""
        return cls(
            base=base,
            input=base / "input",
            output=output or base / "output",
            temp=base / "temp",
            cache=base / "cache",
            user=base / "user",
            models=comfyui_roots(base / "models"),
            custom_nodes=(base / "custom_nodes",),
        )

    def of(self, owner: str) -> Folders:
        """Return a user's folders: input, output and temp are their own, all else is shared.

        Raises:
            PathError: the name leads out of the folder of users.
        """
        if owner in ("", DEFAULT_OWNER):
            return self
        home = inside(self.base / OTHER_OWNERS, owner)
        return replace(self, input=home / "input", output=home / "output", temp=home / "temp")

    def add_kind(
        self,
        kind: str,
        paths: Iterable[Path],
        suffixes: Iterable[str] = (),
        *,
        is_default: bool = False,
    ) -> None:
        """Add roots to a kind, which may be new; the copies of these folders have them too.

        Args:
            paths: absolute, or relative to the installation.
            suffixes: of the files, added to those of a known kind; a new one without takes all.
            is_default: search these roots before the others.

        Raises:
            PathError: the kind is none of models.
        """
        kind = current_kind(kind)
        if kind in PLACES:
            raise PathError(f'"{kind}" is no kind of models. Choose another name.')
        added = [self.base / path for path in paths]
        there = self.models.get(kind, ())
        known = self.suffixes_of(kind)
        endings = frozenset(each.lower() for each in suffixes)
        if endings and (known or kind not in self.models):
            self.suffixes[kind] = known | endings
        roots = (*added, *there) if is_default else (*there, *added)
        self.models[kind] = tuple(dict.fromkeys(roots))

    def roots(self, kind: str) -> tuple[Path, ...]:
        """Return the folders of a kind: model folders, or "input", "output", "temp".

        The last one of a kind of models that nodes save is where they save them.
        """
        kind = current_kind(kind)
        match kind:
            case "input" | "output" | "temp":
                return (getattr(self, kind),)
            case _ if kind in self.models:
                saved = (self.output / SAVED_TO[kind],) if kind in SAVED_TO else ()
                return (*self.models[kind], *saved)
            case _:
                known = ", ".join([*self.models, *PLACES])
                raise PathError(f'There is no folder kind "{kind}". Known kinds: {known}.')

    def suffixes_of(self, kind: str) -> frozenset[str]:
        """Return what files of a kind end in; empty means any file."""
        kind = current_kind(kind)
        return self.suffixes.get(kind, suffixes_of(kind))

    def names(self, kind: str, suffixes: frozenset[str] = frozenset()) -> list[str]:
        """List what lies in the folders of a kind, sorted, with forward slashes.

        Args:
            kind: of models, or "input", "output", "temp".
            suffixes: of what is listed; empty for the usual ones of the kind.
        """
        looks = self._looks(kind, suffixes)
        return sorted({name for found in looks for name in found.names})

    def problems(self, kind: str) -> list[str]:
        """Return what can not be used in the folders of a kind, such as links that lead nowhere."""
        return [problem for found in self._looks(kind) for problem in found.problems]

    def _looks(self, kind: str, suffixes: frozenset[str] = frozenset()) -> list[Found]:
        kind = current_kind(kind)
        suffixes = suffixes or self.suffixes_of(kind)
        folders = kind == "checkpoints" or DIFFUSERS_FOLDERS <= suffixes != frozenset()
        return [
            self.listing.look(root, Wanted(suffixes, folders=folders, strict=self._is_strict(root)))
            for root in self.roots(kind)
        ]

    def find(self, kind: str, name: str) -> Path:
        """Return the file (or diffusers folder) that `name` stands for, in the first root with it.

        Raises:
            PathError: it leaves its folder, or no root of the kind has it.
        """
        if (path := self._lookup(kind, name)) is None:
            raise PathError(not_found(kind, name, self), details={"kind": kind, "name": name})
        return path

    def resolve(self, kind: str, name: str) -> str:
        """Return the name under which a file lies; model files may have moved to a subfolder.

        A model that no root has under its name is looked for by its file name alone, and taken
        where there is exactly one.

        Raises:
            PathError: it leaves its folder, or there is none or several.
        """
        if kind in PLACES:
            self.find(kind, name)
            return name
        if self._lookup(kind, name) is not None:
            return posixpath.normpath(name.replace("\\", "/"))
        if len(hits := elsewhere(kind, name, self)) == 1:
            return hits[0]
        raise PathError(not_found(kind, name, self), details={"kind": kind, "name": name})

    def find_by_hash(self, sha256: str) -> tuple[str, str] | None:
        """Return kind and name of a model whose SHA-256 begins so; AutoV2's ten digits are enough.

        Only files whose hash has been computed are found.
        """
        digits = sha256.strip().lower()
        if self.index is None or len(digits) < SHORT_HASH or set(digits) - set("0123456789abcdef"):
            return None
        for path in self.index.paths_with(digits):
            for kind in self.models:
                for root in self.roots(kind):
                    if path.is_relative_to(root):
                        return kind, path.relative_to(root).as_posix()
        return None

    def at_root(self, root: Path, name: str) -> Path:
        """Return the path of a name in one of the roots.

        Raises:
            PathError: it leaves the root.
        """
        return inside(root, name) if self._is_strict(root) else below(root, name)

    def _is_strict(self, root: Path) -> bool:
        return any(root.is_relative_to(place) for place in (self.input, self.output, self.temp))

    def _lookup(self, kind: str, name: str) -> Path | None:
        for root in self.roots(kind):
            path = self.at_root(root, name)
            if os.path.isfile(path) or os.path.isfile(path / DIFFUSERS_INDEX):  # noqa: PTH113 never raises
                return path
        return None
