"""What travels on links: the types that annotate node functions. Plain data, no torch.

Layouts of IMAGE, MASK and SIGMAS are ComfyUI's. MODEL, CLIP and VAE are light handles: they name
weights and list patches and own nothing, so they are cheap to copy, to cache and to send.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any

if TYPE_CHECKING:
    from torch import Tensor
else:
    Tensor = Any

#: The type that fits every other.
ANY = "*"
NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Socket:
    """Marks an annotation with the type name that links compare."""

    type: str


def types_fit(given: str, wanted: str) -> bool:
    """Say whether an output of type `given` may feed an input of type `wanted`.

    Either may be a union written with commas; `*` and the empty string fit everything.
    """
    if given == wanted or given in (ANY, "") or wanted in (ANY, ""):
        return True
    if "," not in given and "," not in wanted:
        return given.upper() == wanted.upper()
    return not set(given.upper().split(",")).isdisjoint(wanted.upper().split(","))


@dataclass(frozen=True, slots=True)
class Latent:
    """A batch of latents.

    Attributes:
        samples: (B, C, h, w), float32, as the VAE's latent space has them (unscaled by the model).
        noise_mask: (B, h', w') or (B, 1, h', w') in 0..1 at any size; 1 is denoised, 0 is kept.
        batch_index: the place of each item in the batch its noise is drawn for.
        extra: keys of a pack's dict that the engine does not know.
    """

    samples: Tensor
    noise_mask: Tensor | None = None
    batch_index: tuple[int, ...] | None = None
    extra: Mapping[str, Any] = field(default_factory=lambda: NOTHING)

    def with_samples(self, samples: Tensor) -> Latent:
        """Return a latent with other samples and the rest as here."""
        return replace(self, samples=samples)

    def with_noise_mask(self, mask: Tensor | None) -> Latent:
        """Return a latent that is denoised only where `mask` is 1."""
        return replace(self, noise_mask=mask)


@dataclass(frozen=True, slots=True)
class Control:
    """A picture that steers a model through a ControlNet or a T2I-Adapter.

    Attributes:
        hint: (B, H, W, C) in 0..1, at any size.
        strength: multiplies what is added.
        start_percent, end_percent: part of the schedule, 0 is the first step and 1 the last.
        is_for_both: whether it applies to the negative side as well.
    """

    net: ControlNetHandle
    hint: Tensor
    strength: float = 1.0
    start_percent: float = 0.0
    end_percent: float = 1.0
    is_for_both: bool = False


@dataclass(frozen=True, slots=True)
class Cond:
    """One encoded text and where, when and how strongly it applies.

    Attributes:
        encoding: (B, T, C) token encodings.
        pooled: (B, C) or None.
        strength: weight against other conditionings of the same side.
        area: (height, width, y, x) in latent cells, or ("percentage", h, w, y, x) in 0..1.
        mask: (B, H, W) in 0..1 at any size.
        mask_strength: multiplies the mask.
        set_area_to_bounds: also restrict evaluation to the mask's bounding box.
        start_percent, end_percent: part of the schedule, 0 is the first step and 1 the last.
        controls: what steers the model beside it.
        extra: keys of a pack's dict that the engine does not know.
    """

    encoding: Tensor
    pooled: Tensor | None = None
    strength: float = 1.0
    area: tuple[float | str, ...] | None = None
    mask: Tensor | None = None
    mask_strength: float = 1.0
    set_area_to_bounds: bool = False
    start_percent: float = 0.0
    end_percent: float = 1.0
    controls: tuple[Control, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class Conditioning:
    """Conditionings of one side; several are evaluated each and averaged."""

    entries: tuple[Cond, ...] = ()

    def each(self, **changes: Any) -> Conditioning:
        """Return the conditioning with these fields changed in every entry."""
        return Conditioning(tuple(replace(entry, **changes) for entry in self.entries))

    def __add__(self, other: Conditioning) -> Conditioning:
        return Conditioning(self.entries + other.entries)


@dataclass(frozen=True, slots=True)
class Weights:
    """Names one network inside a model file: enough to load it, nothing loaded.

    Attributes:
        kind: folder kind, such as "checkpoints".
        name: file or folder name inside that kind.
        identity: content identity of the file, so that an edited file is other weights.
        part: "model", "text_encoder", "vae" or "upscaler".
        family: registered model family, such as "sd1".
    """

    kind: str
    name: str
    identity: str
    part: str
    family: str


@dataclass(frozen=True, slots=True)
class Patch:
    """A registered change of a model: a name and plain parameters, never a closure."""

    name: str
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class ModelHandle:
    """A diffusion model: its weights and what is changed about it."""

    weights: Weights
    patches: tuple[Patch, ...] = ()

    def with_patch(self, name: str, **parameters: Any) -> ModelHandle:
        """Return the model with one patch more, which is applied after the others."""
        return replace(self, patches=(*self.patches, Patch(name, parameters)))


@dataclass(frozen=True, slots=True)
class ClipHandle:
    """A text encoder; `skip` counts the layers left out at the end, from -1 (none) downward."""

    weights: Weights
    skip: int = -1
    patches: tuple[Patch, ...] = ()


@dataclass(frozen=True, slots=True)
class VaeHandle:
    """An autoencoder between pixels and latents."""

    weights: Weights


@dataclass(frozen=True, slots=True)
class ControlNetHandle:
    """A ControlNet or a T2I-Adapter; one that holds differences names the model they add to."""

    weights: Weights
    base: ModelHandle | None = None


@dataclass(frozen=True, slots=True)
class UpscaleModelHandle:
    """A network that enlarges pictures."""

    weights: Weights


@dataclass(frozen=True, slots=True)
class ChosenSampler:
    """A registered sampler with its options, plain values."""

    name: str
    options: Mapping[str, Any] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class Guider:
    """A model and how its answers are guided.

    Attributes:
        guidance: a name in `engine.diffusion.guidances.named.GUIDANCES`.
        parameters: of the guidance, plain values.
        conditionings: what the guidance asks about, by side.
    """

    model: ModelHandle
    guidance: str
    parameters: Mapping[str, Any]
    conditionings: Mapping[str, Conditioning]


@dataclass(frozen=True, slots=True)
class Noise:
    """The noise that sampling begins with: drawn from a seed, or none."""

    seed: int | None = None


@dataclass(frozen=True, slots=True)
class LatentOperation:
    """A registered operation on latents with its parameters, plain values."""

    name: str
    parameters: Mapping[str, Any] = field(default_factory=lambda: NOTHING)


Image = Annotated[Tensor, Socket("IMAGE")]
Mask = Annotated[Tensor, Socket("MASK")]
Sigmas = Annotated[Tensor, Socket("SIGMAS")]
Model = Annotated[ModelHandle, Socket("MODEL")]
Clip = Annotated[ClipHandle, Socket("CLIP")]
Vae = Annotated[VaeHandle, Socket("VAE")]
ControlNet = Annotated[ControlNetHandle, Socket("CONTROL_NET")]
UpscaleModel = Annotated[UpscaleModelHandle, Socket("UPSCALE_MODEL")]
Anything = Annotated[Any, Socket(ANY)]

#: Plain classes that are socket types themselves.
SOCKET_TYPES: dict[type, str] = {
    Latent: "LATENT",
    Conditioning: "CONDITIONING",
    ModelHandle: "MODEL",
    ClipHandle: "CLIP",
    VaeHandle: "VAE",
    ControlNetHandle: "CONTROL_NET",
    UpscaleModelHandle: "UPSCALE_MODEL",
    ChosenSampler: "SAMPLER",
    Guider: "GUIDER",
    Noise: "NOISE",
    LatentOperation: "LATENT_OPERATION",
    int: "INT",
    float: "FLOAT",
    str: "STRING",
    bool: "BOOLEAN",
}
