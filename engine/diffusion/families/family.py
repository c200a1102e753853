"""What a model family is, and which one a file belongs to. Knows no torch."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

from engine.diffusion.families.unknown import what_it_looks_like
from engine.errors import ModelError

if TYPE_CHECKING:
    from engine.diffusion.model_files.checkpoint import Contents
    from engine.diffusion.model_files.tensor_info import TensorInfo

ToldBy = Mapping[str, str]
#: what messages call the parts of a model
PART_TITLES = {
    "model": "diffusion model",
    "text_encoder": "text encoder",
    "vae": "autoencoder",
    "upscaler": "upscaling network",
    "controlnet": "ControlNet",
    "t2i_adapter": "T2I-Adapter",
}


@dataclass(frozen=True)
class Network:
    """One part of a model, ready to be built.

    Attributes:
        part: "model", "text_encoder" or "vae".
        config: settings of the diffusers or transformers class.
        tensors: names inside the module to where they lie.
        told_by: settings that shapes cannot tell to who told them.
    """

    part: str
    config: Mapping[str, Any]
    tensors: Mapping[str, TensorInfo]
    told_by: ToldBy = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Training:
    """How a diffusion model was trained, which its weights do not show.

    Attributes:
        prediction: what the network predicts.
        betas: (name in `BETA_SCHEDULES`, first, last, count).
        latent_scale: what the autoencoder's latents are multiplied by.
        told_by: the settings above to who told them.
        zero_snr: the last level holds no signal.
    """

    prediction: Literal["eps", "v", "x0"]
    betas: tuple[str, float, float, int]
    latent_scale: float
    told_by: ToldBy = field(default_factory=dict[str, str])
    zero_snr: bool = False


class Family(Protocol):
    """A kind of diffusion model."""

    @property
    def name(self) -> str:
        """Return the name that handles and cache keys carry."""
        ...

    @property
    def latent_channels(self) -> int:
        """Return how many channels its latents have."""
        ...

    def recognises(self, contents: Contents) -> bool:
        """Say whether names and shapes are those of this family's diffusion model."""
        ...

    def parts(self, contents: Contents) -> tuple[str, ...]:
        """Return which of "model", "text_encoder", "vae" the file holds."""
        ...

    def network(self, contents: Contents, part: str) -> Network:
        """Return what to build for one part.

        Raises:
            ModelError: the file does not hold it, or only pieces of it.
        """
        ...

    def training(self, contents: Contents) -> Training:
        """Return how the diffusion model was trained.

        Raises:
            ModelError: in a way that is not supported.
        """
        ...

    def told(self, contents: Contents, part: str) -> Mapping[str, Mapping[str, Any]]:
        """Return what shapes cannot tell of a part, as a config inside a file has it.

        Raises:
            ModelError: it was trained in a way that is not supported.
        """
        ...

    def original_names(
        self, part: str, names: Collection[str], *, whole: bool
    ) -> Mapping[str, str]:
        """Return names inside the module -> those of the original layout.

        Args:
            part: "model", "text_encoder" or "vae".
            names: of tensors.
            whole: those of a checkpoint of several parts, not those of a file of one.
        """
        ...

    def original_shape(self, part: str, name: str, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the shape of a tensor in the original layout, given its name there."""
        ...


#: Every known family by name, in the order they are asked.
FAMILIES: dict[str, Family] = {}


def register(family: Family) -> Family:
    """Add a family; its name must be new."""
    if family.name in FAMILIES:
        raise ValueError(f"There is already a family {family.name!r}")
    FAMILIES[family.name] = family
    return family


def family_of(contents: Contents) -> Family:
    """Return the family of a diffusion model.

    Raises:
        ModelError: no family recognises it; the message says what it looks like.
    """
    for family in FAMILIES.values():
        if family.recognises(contents):
            return family
    raise ModelError(
        f'"{contents.path.name}" is no checkpoint of a known family: '
        f"{what_it_looks_like(contents.tensors)}. Known families: {', '.join(FAMILIES)}."
    )
