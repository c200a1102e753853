"""Other architectures than ours, through the package spandrel where it is installed."""

from __future__ import annotations

import importlib
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from torch import nn

from engine.diffusion.families.unknown import what_it_looks_like
from engine.diffusion.model_files.tensor_reader import open_tensors
from engine.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from engine.diffusion.model_files.tensor_info import TensorInfo

PACKAGE = "spandrel"


def check_there(file_name: str, tensors: Mapping[str, TensorInfo]) -> None:
    """Refuse a file that only spandrel may know, where it is not installed.

    Raises:
        ModelError: it is not.
    """
    if find_spec(PACKAGE) is None:
        raise ModelError(
            f'"{file_name}" is no ESRGAN: {what_it_looks_like(tensors)}. Other architectures are '
            'read by the package spandrel, which is not installed: pip install "sfumato[upscalers]"'
            " (it brings torchvision)."
        )


class SpandrelNet(nn.Module):
    """A network that spandrel has made of a file's tensors."""

    channels = 3

    def __init__(self, descriptor: Any) -> None:
        super().__init__()
        self.network: nn.Module = descriptor.model
        self._describe = [descriptor]  # in a list, as it is a module's owner and no part of it

    @property
    def scale(self) -> int:
        """How many times larger the sides of the result are."""
        return self._describe[0].scale

    @property
    def cost(self) -> int:
        """Numbers of the largest activation to a pixel of the input; a guess."""
        return 64 * max(self.scale, 1) ** 2

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, C, h * scale, w * scale) for (N, C, h, w) in 0..1."""
        return self._describe[0](x)


def load_with_spandrel(
    file_name: str, tensors: Mapping[str, TensorInfo], device: str
) -> SpandrelNet:
    """Read a file's tensors and have spandrel say what they are.

    Raises:
        ModelError: spandrel does not know them, or it is no network for single pictures.
    """
    check_there(file_name, tensors)
    library = importlib.import_module(PACKAGE)
    with open_tensors(tensors) as reader:
        state = {name: reader.read(info) for name, info in tensors.items()}
    try:
        descriptor = library.ModelLoader(device="cpu").load_from_state_dict(state)
    except Exception as problem:  # its own errors, and whatever a damaged file leads to
        raise ModelError(f'spandrel cannot read "{file_name}": {problem}.') from problem
    if not isinstance(descriptor, library.ImageModelDescriptor):
        raise ModelError(f'"{file_name}" is no network that enlarges a picture. Choose another.')
    descriptor.to(device).float().eval()
    return SpandrelNet(descriptor)
