"""Tell an ESRGAN file by its tensors, in each of the three layouts that are about. No torch.

The layouts are those of the first release (`model.1.sub.0.RDB1.conv1.0`), of ESRGAN's own
repository (`RRDB_trunk.0.RDB1.conv1`), and of BasicSR and Real-ESRGAN (`body.0.rdb1.conv1`).
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from engine.diffusion.families.family import Network
from engine.diffusion.families.shapes import Shapes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engine.diffusion.model_files.tensor_info import TensorInfo

PART = "upscaler"
MARK = "body.0.rdb1.conv1.weight"
#: names of ESRGAN's repository to those of BasicSR
RENAMED = {
    "RRDB_trunk.": "body.",
    "trunk_conv.": "conv_body.",
    "upconv": "conv_up",
    "HRconv.": "conv_hr.",
}
_FIRST_BLOCK = re.compile(r"model\.1\.sub\.(\d+)\.RDB(\d)\.conv(\d)\.0\.(\w+)")
_FIRST_TRUNK = re.compile(r"model\.1\.sub\.\d+\.(weight|bias)")
_FIRST_OTHER = re.compile(r"model\.(\d+)\.(weight|bias)")


def rrdb_network(file_name: str, stored: Mapping[str, TensorInfo]) -> Network | None:
    """Return what to build for a file's tensors; None if they are no ESRGAN's.

    Raises:
        ModelError: some of them are missing.
    """
    names = {name: name.removeprefix("module.") for name in stored}
    renamed = _from_first_release(names.values())
    if not renamed:
        renamed = {name: _from_repository(name) for name in names.values()}
    tensors = {renamed[names[name]]: info for name, info in stored.items()}
    if MARK not in tensors:
        return None
    return Network(PART, _config(Shapes(file_name, tensors)), tensors)


def _config(shapes: Shapes) -> dict[str, Any]:
    channels = shapes.size("conv_last.weight", 0)
    folded = shapes.size("conv_first.weight", 1)
    doublings = 0
    while shapes.has(f"conv_up{doublings + 1}."):
        doublings += 1
    return {
        "channels": channels,
        "features": shapes.size("conv_first.weight", 0),
        "growth": shapes.size(MARK, 0),
        "blocks": shapes.count("body."),
        "doublings": doublings,
        "fold": max(math.isqrt(folded // max(channels, 1)), 1),
    }


def _from_repository(name: str) -> str:
    for start, other in RENAMED.items():
        if name.startswith(start):
            name = other + name.removeprefix(start)
    return re.sub(r"\.RDB(\d)\.", r".rdb\1.", name)


def _from_first_release(names: Iterable[str]) -> dict[str, str]:
    """Name the tensors of the first release, whose layers outside the trunk are only numbered."""
    stored = list(names)
    if not any(_FIRST_BLOCK.fullmatch(name) for name in stored):
        return {}
    numbers = sorted({int(m[1]) for name in stored if (m := _FIRST_OTHER.fullmatch(name))})
    ends = ["conv_hr", "conv_last"]
    ups = [f"conv_up{index + 1}" for index in range(len(numbers) - 1 - len(ends))]
    places = dict(zip(numbers, ["conv_first", *ups, *ends], strict=False))
    return {name: _first_name(name, places) for name in stored}


def _first_name(name: str, places: Mapping[int, str]) -> str:
    if block := _FIRST_BLOCK.fullmatch(name):
        return f"body.{block[1]}.rdb{block[2]}.conv{block[3]}.{block[4]}"
    if trunk := _FIRST_TRUNK.fullmatch(name):
        return f"conv_body.{trunk[1]}"
    if other := _FIRST_OTHER.fullmatch(name):
        return f"{places[int(other[1])]}.{other[2]}" if int(other[1]) in places else name
    return name
