"""The folders of an installation with all that its settings and the command line add to them."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from engine.config import Config, load_config
from engine.errors import SettingError
from engine.files.identity import remember
from engine.model_folders.catalogue import model_files
from engine.model_folders.extra_paths import NAME, ExtraPaths, Root, read_extra_paths
from engine.model_folders.hashing import Hashing
from engine.model_folders.layouts import a1111_roots, roots_in
from engine.paths import Folders
from engine.store.model_index import ModelIndex

INDEX = "models.sqlite"
#: Seconds after which a process is a lasting one.
SETTLED_AFTER = 60.0

logger = logging.getLogger(__name__)


@dataclass
class _Gathered:
    roots: list[Root] = field(default_factory=list[Root])
    custom_nodes: list[Path] = field(default_factory=list[Path])
    notes: list[str] = field(default_factory=list[str])

    def add(self, extra: ExtraPaths) -> None:
        self.roots += extra.roots
        self.custom_nodes += extra.custom_nodes
        self.notes += extra.notes


def installation(
    base: Path,
    *,
    output: Path | None = None,
    model_folders: Sequence[Path] = (),
    extra_model_paths: Sequence[Path] = (),
) -> Folders:
    """Return the folders of an installation, of ComfyUI or A1111 too, as it lies.

    Args:
        base: holds models/, input/, output/ and so on.
        model_folders: further places of models, beside those of the settings.
        extra_model_paths: YAML files, beside those of the settings and the one in `base`.

    Raises:
        SettingError: an argument, or the file of settings, can not be used. What the settings
            and the YAML in `base` name wrongly is told as a note, and the rest goes on.
    """
    config = load_config(base)
    gathered = _of_settings(base, config)
    for folder in model_folders:
        gathered.add(_models_in(folder))
    for file in extra_model_paths:
        gathered.add(read_extra_paths(file))
    for note in gathered.notes:
        logger.warning("%s", note)
    folders = Folders.at(base, output=output)
    packs = [*folders.custom_nodes, *(base / each for each in config.custom_nodes)]
    index = index_of(folders)
    found = replace(
        folders,
        custom_nodes=tuple(dict.fromkeys([*packs, *gathered.custom_nodes])),
        notes=tuple(gathered.notes),
        index=index,
    )
    _add_roots(found, gathered.roots)
    remember(index.hashes())
    index.close()  # it is opened again by the first question
    return found


def hash_in_background(folders: Folders) -> Hashing:
    """Begin to compute hashes that are not known yet, once the process has lived for a minute.

    Before that, reading would only slow down the models that a short run loads.
    """
    files = model_files(folders, list(folders.models))
    hashing = Hashing(index_of(folders), files, delay=SETTLED_AFTER)
    hashing.start()
    return hashing


def index_of(folders: Folders) -> ModelIndex:
    """Return the index of an installation's models."""
    return ModelIndex(folders.cache / INDEX)


def _of_settings(base: Path, config: Config) -> _Gathered:
    gathered = _Gathered()
    gathered.roots += _roots(a1111_roots(base))
    beside = [base / NAME] if (base / NAME).exists() else []
    for file in [*beside, *(base / each for each in config.extra_model_paths)]:
        try:
            gathered.add(read_extra_paths(file))
        except SettingError as problem:
            gathered.notes.append(problem.message)
    for folder in config.model_folders:
        try:
            gathered.add(_models_in(base / folder))
        except SettingError as problem:
            gathered.notes.append(problem.message)
    return gathered


def _models_in(folder: Path) -> ExtraPaths:
    if not (found := _roots(roots_in(folder.absolute()))):
        what = "holds no models" if folder.is_dir() else "is no folder"
        raise SettingError(
            f'"{folder}" {what}. Name a folder with models/checkpoints (ComfyUI), '
            "models/Stable-diffusion (A1111, Forge), or with checkpoints/, loras/ and so on."
        )
    return ExtraPaths(tuple(found))


def _roots(layout: Mapping[str, tuple[Path, ...]]) -> list[Root]:
    return [Root(kind, path) for kind, paths in layout.items() for path in paths]


def _add_roots(folders: Folders, roots: Sequence[Root]) -> None:
    """Add roots in their order; default ones come before all others, in their order too."""
    for root in roots:
        if not root.is_default:
            folders.add_kind(root.kind, [root.path])
    for root in reversed(roots):
        if root.is_default:
            folders.add_kind(root.kind, [root.path], is_default=True)
