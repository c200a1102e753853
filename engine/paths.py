"""Where files lie, and the one function that turns a client's text into a path.

A *kind* is a family of folders, such as "checkpoints": its roots are searched in order. Names are
relative to a root; both slashes are accepted.
"""

from __future__ import annotations

import difflib
import os
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engine.errors import PathError

MODEL_SUFFIXES = frozenset({".ckpt", ".pt", ".pt2", ".bin", ".pth", ".safetensors", ".pkl", ".sft"})
PICTURE_SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif"}
)
#: A folder with this file is one model in the diffusers layout.
DIFFUSERS_INDEX = "model_index.json"
#: A longer name is cut in an error.
SHOWN = 80

#: kind -> folder names under models/, as ComfyUI names them (first one is where new files go)
MODEL_KINDS: Mapping[str, tuple[str, ...]] = {
    "checkpoints": ("checkpoints",),
    "diffusion_models": ("diffusion_models", "unet"),
    "text_encoders": ("text_encoders", "clip"),
    "vae": ("vae",),
    "loras": ("loras",),
    "controlnet": ("controlnet", "t2i_adapter"),
    "embeddings": ("embeddings",),
    "upscale_models": ("upscale_models",),
    "hypernetworks": ("hypernetworks",),
}


def inside(root: Path, name: str) -> Path:
    """Resolve a client's name inside `root`, or raise.

    Raises:
        PathError: the name is empty, absolute, holds a NUL byte or a drive, or leads outside
            `root`, symbolic links included.
    """
    text = name.replace("\\", "/")
    if not text.strip() or "\0" in text or text.startswith("/") or ":" in text.split("/")[0]:
        raise PathError(
            f'{_quoted(name)} is not a name inside the folder "{root.name}". '
            "Use a relative name such as sub/file."
        )
    home = root.resolve()
    try:
        path = (home / text).resolve()
    except (OSError, RuntimeError, ValueError) as problem:
        reason = f'{_quoted(name)} can not be looked up in "{root.name}"'
        raise PathError(f"{reason}. Use a plain name.") from problem
    if not path.is_relative_to(home):
        raise PathError(
            f'{_quoted(name)} leads out of the folder "{root.name}". '
            "Names stay inside their folder."
        )
    return path


@dataclass(frozen=True)
class Folders:
    """The folders of one installation.

    Attributes:
        base: holds models/, input/, output/, temp/ and cache/.
        models: kind -> roots, searched in order.
    """

    base: Path
    input: Path
    output: Path
    temp: Path
    cache: Path
    models: Mapping[str, tuple[Path, ...]] = field(default_factory=dict[str, tuple[Path, ...]])

    @classmethod
    def at(cls, base: Path, *, output: Path | None = None) -> Folders:
        """Return the folders of an installation whose root is `base`."""
        models = {
            kind: tuple(base / "models" / name for name in names)
            for kind, names in MODEL_KINDS.items()
        }
        return cls(
            base=base,
            input=base / "input",
            output=output or base / "output",
            temp=base / "temp",
            cache=base / "cache",
            models=models,
        )

    def roots(self, kind: str) -> tuple[Path, ...]:
        """Return the folders of a kind: model folders, or "input", "output", "temp"."""
        match kind:
            case "input" | "output" | "temp":
                return (getattr(self, kind),)
            case _ if kind in self.models:
                return self.models[kind]
            case _:
                known = ", ".join([*self.models, "input", "output", "temp"])
                raise PathError(f'There is no folder kind "{kind}". Known kinds: {known}.')

    def names(self, kind: str) -> list[str]:
        """List what lies in the folders of a kind, sorted, with forward slashes."""
        suffixes = PICTURE_SUFFIXES if kind in ("input", "output", "temp") else MODEL_SUFFIXES
        found = {name for root in self.roots(kind) for name in walk(root, suffixes)}
        return sorted(found)

    def find(self, kind: str, name: str) -> Path:
        """Return the file (or diffusers folder) that `name` stands for.

        Raises:
            PathError: it leaves its folder, or no root of the kind has it.
        """
        for root in self.roots(kind):
            path = inside(root, name)
            if os.path.isfile(path) or os.path.isfile(path / DIFFUSERS_INDEX):  # noqa: PTH113 never raises
                return path
        raise PathError(self._not_found(kind, name), details={"kind": kind, "name": name})

    def _not_found(self, kind: str, name: str) -> str:
        names = self.names(kind)
        near = difflib.get_close_matches(name, names, n=3, cutoff=0.4)
        if near:
            there = "Nearest names: " + ", ".join(f'"{n}"' for n in near) + "."
        else:
            there = f"{len(names)} files are there, none with a similar name."
        where = " or ".join(str(self._shown(root)) for root in self.roots(kind))
        return f"There is no {_quoted(name)} among the {kind}. {there} Put the file into {where}."

    def _shown(self, root: Path) -> Path:
        return root.relative_to(self.base) if root.is_relative_to(self.base) else root


def walk(root: Path, suffixes: frozenset[str]) -> Iterator[str]:
    """Yield names below `root` with one of these suffixes; a diffusers folder is one name.

    Links that lead nowhere, in circles or out of `root` are left out; a folder that is linked too
    goes by its own name.
    """
    home = Path(os.path.realpath(root))
    seen: set[tuple[int, int]] = set()
    waiting = deque([""])
    while waiting:
        prefix = waiting.pop()
        try:
            folder = root / prefix
            status = folder.stat()
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            continue
        if (status.st_dev, status.st_ino) in seen:
            continue
        seen.add((status.st_dev, status.st_ino))
        if prefix and any(entry.name == DIFFUSERS_INDEX for entry in entries):
            yield prefix.rstrip("/")
            continue
        for entry in entries:
            if entry.is_symlink() and not _leads_inside(entry.path, home):
                continue
            if entry.is_dir():
                if entry.name != ".git":
                    add = waiting.appendleft if entry.is_symlink() else waiting.append
                    add(f"{prefix}{entry.name}/")
            elif os.path.splitext(entry.name)[1].lower() in suffixes:  # noqa: PTH122 called for every file
                yield prefix + entry.name


def _leads_inside(link: str, home: Path) -> bool:
    target = Path(os.path.realpath(link))
    return target.is_relative_to(home) and os.path.exists(link)  # noqa: PTH110 never raises


def _quoted(name: str) -> str:
    shown = name if len(name) <= SHOWN else f"{name[:SHOWN]}…"
    return f'"{shown}"'.encode(errors="backslashreplace").decode()
