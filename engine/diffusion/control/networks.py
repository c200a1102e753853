"""Name and load ControlNets and T2I-Adapters; each is prepared for a picture once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, cast

import torch
from torch import Tensor, nn

from engine.diffusion.control.layouts import CONTROLNET, DIFFERENCE, control_network
from engine.diffusion.model_files.checkpoint import read_contents
from engine.diffusion.model_files.stored import contents_of, network_of
from engine.diffusion.networks.build import Changing, expected_bytes, module_bytes
from engine.diffusion.networks.fitting import load_fitting
from engine.diffusion.networks.resident import key_of
from engine.diffusion.streaming.sources import FileSource
from engine.errors import ModelError
from engine.files.identity import file_identity
from engine.types import Control, ControlNetHandle, ModelHandle, Weights

if TYPE_CHECKING:
    from diffusers import ControlNetModel, T2IAdapter

    from engine.diffusion.families.family import Network
    from engine.runtime import Runtime

KIND = "controlnet"


@dataclass(frozen=True, eq=False)
class Residuals:
    """What is added inside a U-Net.

    Attributes:
        kept: to what the encoder keeps for the decoder, from its first layer to its last.
        middle: to what the middle block gives.
        inside: to what each level of the encoder gives.
    """

    kept: Sequence[Tensor] = ()
    middle: Tensor | None = None
    inside: Sequence[Tensor] = field(default_factory=tuple[Tensor, ...])


class Controlling(Protocol):
    """A network that makes residuals from a picture."""

    @property
    def hint_channels(self) -> int:
        """Channels of its picture."""
        ...

    @property
    def facts(self) -> dict[str, Any]:
        """What has to be the same in the U-Net's config."""
        ...

    def prepared(self, hint: Tensor) -> list[Tensor]:
        """Compute from a picture (B, C, H, W) in 0..1 what is the same in every step."""
        ...

    def residuals(
        self, prepared: list[Tensor], x: Tensor, time: Tensor, context: Tensor
    ) -> Residuals:
        """Answer for (N, C, h, w) as the U-Net is given it; `prepared` is of N pictures."""
        ...


@dataclass(frozen=True, eq=False)
class LoadedControlNet:
    """A ControlNet: Zhang et al. 2023, "Adding Conditional Control to Text-to-Image Diffusion"."""

    module: ControlNetModel
    embedding: nn.Module

    @property
    def hint_channels(self) -> int:
        """Channels of its picture."""
        return self.module.config["conditioning_channels"]

    @property
    def facts(self) -> dict[str, Any]:
        """Widths and depth of the U-Net that it was trained with."""
        names = ("block_out_channels", "cross_attention_dim", "layers_per_block")
        return {name: self.module.config[name] for name in names}

    def prepared(self, hint: Tensor) -> list[Tensor]:
        """Embed the picture."""
        return [self.embedding(hint.to(self.module.device, self.module.dtype))]

    def residuals(
        self, prepared: list[Tensor], x: Tensor, time: Tensor, context: Tensor
    ) -> Residuals:
        """Go through the copy of the encoder."""
        dtype = self.module.dtype
        kept, middle = self.module(
            x.to(dtype),
            time,
            encoder_hidden_states=context.to(dtype),
            controlnet_cond=prepared[0],
            return_dict=False,
        )
        return Residuals(kept, middle)


@dataclass(frozen=True, eq=False)
class LoadedAdapter:
    """A T2I-Adapter: Mou et al. 2023; what it adds is the same in every step."""

    module: T2IAdapter

    @property
    def hint_channels(self) -> int:
        """Channels of its picture."""
        return self.module.config["in_channels"]

    @property
    def facts(self) -> dict[str, Any]:
        """Widths of the U-Net that it was trained with."""
        widths = list(self.module.config["channels"])
        if self.module.config["adapter_type"] == "light_adapter":
            widths.append(widths[-1])
        return {"block_out_channels": widths}

    def prepared(self, hint: Tensor) -> list[Tensor]:
        """Compute the features of the picture."""
        return list(self.module(hint.to(self.module.device, self.module.dtype)))

    def residuals(
        self, prepared: list[Tensor], x: Tensor, time: Tensor, context: Tensor
    ) -> Residuals:
        """Add the features."""
        return Residuals(inside=prepared)


def read_control(name: str, runtime: Runtime, base: ModelHandle | None = None) -> ControlNetHandle:
    """Name the network of a file in controlnet/; only its header is read.

    Args:
        name: of the file.
        runtime: says where it is.
        base: whose weights a file of differences is added to.

    Raises:
        PathError: there is no such file.
        ModelError: it is damaged, or holds no ControlNet or T2I-Adapter of SD 1.x.
    """
    path = runtime.folders.find(KIND, name)
    contents = read_contents(path)
    network = control_network(contents)
    is_difference = DIFFERENCE in contents.tensors
    if is_difference and base is None:
        raise ModelError(
            f'"{name}" holds only what is added to a model\'s own weights. '
            'Load it with "Load ControlNet Model (diff)" and link the model to it.'
        )
    weights = Weights(KIND, name, file_identity(path), network.part, "sd1")
    return ControlNetHandle(weights, base if is_difference else None)


def load_control(handle: ControlNetHandle, runtime: Runtime) -> Controlling:
    """Load the network in the number format of the diffusion model, or find it in memory.

    Raises:
        PathError: the file has gone.
        ModelError: it is another one than was named, or not all of it.
    """
    weights = handle.weights

    def load() -> Controlling:
        network = control_network(contents_of(weights, runtime))
        base = _stored(handle.base, runtime) if handle.base else None
        changing = _added_to(base, network) if base else None
        module = load_fitting(network, weights, runtime, changing)
        return _FORMS.get(network.part, _adapter)(module)

    def size_of(loaded: Any) -> int:
        return module_bytes(loaded.module)

    base = handle.base.weights.identity if handle.base else ""
    return runtime.memory.get((*key_of(weights, runtime), base), load, size_of)


def control_bytes(controls: Sequence[Control], runtime: Runtime) -> int:
    """Return what the weights of networks that steer take where all are there; headers are read.

    Raises:
        PathError: a file has gone.
        ModelError: one is another file by now.
    """
    nets: list[ControlNetHandle] = []
    for control in controls:
        if control.net not in nets:
            nets.append(control.net)
    return sum(_bytes(net, runtime) for net in nets)


def _bytes(handle: ControlNetHandle, runtime: Runtime) -> int:
    dtype = getattr(torch, runtime.devices.dtype_of(handle.weights.part))
    return expected_bytes(control_network(contents_of(handle.weights, runtime)), dtype)


def _controlnet(module: nn.Module) -> Controlling:
    whole: Any = module
    embedding = whole.controlnet_cond_embedding
    whole.controlnet_cond_embedding = nn.Identity()  # it is given what is embedded already
    return LoadedControlNet(cast("ControlNetModel", module), embedding)


def _adapter(module: nn.Module) -> Controlling:
    return LoadedAdapter(cast("T2IAdapter", module))


_FORMS: dict[str, Callable[[nn.Module], Controlling]] = {CONTROLNET: _controlnet}


def _stored(base: ModelHandle, runtime: Runtime) -> Network:
    return network_of(base.weights, contents_of(base.weights, runtime))


def _added_to(base: Network, network: Network) -> Changing:
    """Add a model's tensors to those of the same name and size as they come from the file."""
    stored, own = base.tensors, network.tensors
    names = {name for name in own.keys() & stored if own[name].elements == stored[name].elements}
    source = FileSource({name: stored[name] for name in names})

    def change(name: str, tensor: Tensor) -> Tensor:
        added = torch.empty(tensor.shape, dtype=torch.float32)
        source.fill(name, added)
        return (tensor.float() + added.to(tensor.device)).to(tensor.dtype)

    return Changing(frozenset(names), change)
