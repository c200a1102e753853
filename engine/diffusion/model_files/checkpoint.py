"""What a model file or a diffusers folder holds: tensor names, shapes and configs, no weights.

A folder reads as one set of names, those of each part under "unet.", "vae." or "text_encoder.".
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from engine.diffusion.model_files.safetensors_header import read_safetensors_header
from engine.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from engine.diffusion.model_files.tensor_info import Header, TensorInfo

SAFETENSORS_SUFFIXES = frozenset({".safetensors", ".sft"})
PICKLE_SUFFIXES = frozenset({".ckpt", ".pt", ".bin", ".pth"})
MAX_CONFIG_BYTES = 2**20

#: parts of a diffusers folder and the file name diffusers or transformers gives their weights
FOLDER_PARTS: Mapping[str, tuple[str, str]] = {
    "unet": ("diffusion_pytorch_model", "diffusion_pytorch_model"),
    "vae": ("diffusion_pytorch_model", "diffusion_pytorch_model"),
    "text_encoder": ("model", "pytorch_model"),
}
CONFIG_FILES: Mapping[str, str] = {
    "unet": "unet/config.json",
    "vae": "vae/config.json",
    "text_encoder": "text_encoder/config.json",
    "scheduler": "scheduler/scheduler_config.json",
}
#: what the config of one part calls itself
PART_OF_CLASS: Mapping[str, str] = {
    "UNet2DConditionModel": "unet",
    "AutoencoderKL": "vae",
    "clip_text_model": "text_encoder",
}
GENERIC_STEMS = frozenset(stem for stems in FOLDER_PARTS.values() for stem in stems)
#: Texts of a safetensors file that may say how its model predicts (the Stability model spec).
PREDICTION_METADATA = "modelspec.prediction_type"


@dataclass(frozen=True)
class Config:
    """Settings that shapes cannot tell, in the spelling of diffusers and transformers.

    Attributes:
        source: where they were read, for people.
    """

    values: Mapping[str, Any]
    source: str


@dataclass(frozen=True)
class Contents:
    """A model as it lies on the disk.

    Attributes:
        configs: "unet", "vae", "text_encoder" or "scheduler" to what is said about it.
    """

    path: Path
    tensors: Mapping[str, TensorInfo]
    configs: Mapping[str, Config]

    @property
    def size_bytes(self) -> int:
        """Bytes of all files that tensors lie in."""
        return sum(file.stat().st_size for file in {info.file for info in self.tensors.values()})


def read_contents(path: Path) -> Contents:
    """Read headers and configs of a model file or of a folder in the diffusers layout.

    Raises:
        ModelError: it is damaged, or not a model.
    """
    try:
        return _read_folder(path) if path.is_dir() else _read_file(path)
    except OSError as problem:
        raise _unreadable(path, problem) from problem


def read_header(path: Path) -> Header:
    """Read the names, shapes and dtypes of a file's tensors.

    Raises:
        ModelError: it is damaged, or not a model.
    """
    suffix = path.suffix.lower()
    try:
        if suffix in SAFETENSORS_SUFFIXES:
            return read_safetensors_header(path)
        if suffix in PICKLE_SUFFIXES:
            # torch comes late: safetensors files are described without it
            from engine.diffusion.model_files.pickle_file import read_pickle_header

            return read_pickle_header(path)
    except OSError as problem:
        raise _unreadable(path, problem) from problem
    known = ", ".join(sorted(SAFETENSORS_SUFFIXES | PICKLE_SUFFIXES))
    raise ModelError(f'"{path.name}" is not read as a model. Model files end in {known}.')


def _unreadable(path: Path, problem: OSError) -> ModelError:
    return ModelError(f'"{path.name}" cannot be read: {problem.strerror or problem}.')


def _read_file(path: Path) -> Contents:
    header = read_header(path)
    configs = _configs_inside(path, header) | _configs_beside(path)
    return Contents(path, header.tensors, configs)


def _configs_inside(path: Path, header: Header) -> dict[str, Config]:
    """Read a config from the key "config" of the metadata: JSON with one object a part."""
    source = f'the metadata inside "{path.name}"'
    found = _sections(_json_object(header.metadata.get("config", "{}"), source), source)
    if prediction := header.metadata.get(PREDICTION_METADATA):
        found.setdefault("scheduler", Config({"prediction_type": prediction}, source))
    return found


def _configs_beside(path: Path) -> dict[str, Config]:
    """Read `x.json` beside `x.safetensors`; other programs' files of that name say nothing here."""
    beside = [path.with_suffix(".json")]
    if path.stem.partition(".")[0] in GENERIC_STEMS:
        beside.append(path.with_name("config.json"))
    return next((_sections(_json_file(b), f'"{b.name}"') for b in beside if b.is_file()), {})


def _sections(content: Mapping[str, Any], source: str) -> dict[str, Config]:
    if part := PART_OF_CLASS.get(str(content.get("_class_name") or content.get("model_type"))):
        return {part: Config(content, source)}
    return {
        part: Config(cast("dict[str, Any]", values), source)
        for part in CONFIG_FILES
        if isinstance(values := content.get(part), dict)
    }


def _read_folder(folder: Path) -> Contents:
    tensors: dict[str, TensorInfo] = {}
    for part in FOLDER_PARTS:
        if (file := _weights_file(folder, part)) is not None:
            header = read_header(file)
            tensors |= {f"{part}.{name}": info for name, info in header.tensors.items()}
    if not tensors:
        there = ", ".join(f'"{entry.name}"' for entry in sorted(folder.iterdir())[:5])
        raise ModelError(
            f'The folder "{folder.name}" is no model in the diffusers layout: it has neither '
            f"unet/, vae/ nor text_encoder/ with weights in it. It holds {there or 'nothing'}."
        )
    files = {part: folder / name for part, name in CONFIG_FILES.items()}
    configs = {
        part: Config(_json_file(file), f'"{CONFIG_FILES[part]}"')
        for part, file in files.items()
        if file.is_file()
    }
    return Contents(folder, tensors, configs)


def _weights_file(folder: Path, part: str) -> Path | None:
    safe, pickled = FOLDER_PARTS[part]
    names = [f"{safe}{variant}.safetensors" for variant in ("", ".fp16")]
    names += [f"{pickled}{variant}.bin" for variant in ("", ".fp16")]
    return next((p for name in names if (p := folder / part / name).is_file()), None)


def _json_file(path: Path) -> dict[str, Any]:
    if path.stat().st_size > MAX_CONFIG_BYTES:
        raise ModelError(f'"{path.name}" is too large for a config: {path.stat().st_size:,} bytes.')
    return _json_object(path.read_bytes(), f'"{path.parent.name}/{path.name}"')


def _json_object(text: bytes | str, source: str) -> dict[str, Any]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise ModelError(
            f"The config in {source} cannot be read ({problem}). Correct or remove it."
        ) from problem
    return cast("dict[str, Any]", content) if isinstance(content, dict) else {}
