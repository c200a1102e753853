"""ControlNets and T2I-Adapters, against diffusers' own on the same file."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import ControlNetModel, UNet2DConditionModel
from safetensors.torch import load_file, save_file
from torch import Tensor

from engine.cache.codecs import Codecs
from engine.diffusion.conditioning import controlled
from engine.diffusion.control.applied import Controls
from engine.diffusion.control.networks import Controlling, Residuals, load_control, read_control
from engine.diffusion.denoising.denoiser import Denoiser
from engine.diffusion.denoising.sampling import SamplingTask, Settings
from engine.diffusion.guidances.guidance import ClassifierFree
from engine.diffusion.levels.parameterisation import discrete, scaled_linear_betas
from engine.results import Outputs
from engine.runtime import Runtime
from engine.types import Cond, Conditioning, Control, ControlNetHandle, Latent
from tests.diffusion.control_files import (
    CONTEXT,
    small_adapter,
    small_controlnet,
    small_unet,
    write_adapter,
    write_controlnet,
)

MODEL = discrete(scaled_linear_betas())
GENERATOR = torch.Generator().manual_seed(4)
TEXTS = [Conditioning((Cond(torch.randn(1, 7, CONTEXT, generator=GENERATOR)),)) for _ in range(2)]
HINT = torch.rand(1, 64, 64, 3, generator=GENERATOR)
LATENT = torch.randn(2, 4, 8, 8, generator=GENERATOR)
FOLDER = Path("models") / "controlnet"


@pytest.fixture(scope="module")
def unet() -> UNet2DConditionModel:
    return small_unet()


def read(runtime: Runtime, tmp_path: Path, net: Any, layout: str = "diffusers") -> ControlNetHandle:
    write: Any = write_controlnet if isinstance(net, ControlNetModel) else write_adapter
    write(net, tmp_path / FOLDER / "a.safetensors", layout)
    return read_control("a.safetensors", runtime)


def sides(
    handle: ControlNetHandle, strength: float = 1.0, **span: float
) -> dict[str, Conditioning]:
    start, end = span.get("start", 0.0), span.get("end", 1.0)
    steered = [
        controlled(text, handle, HINT, strength=strength, start=start, end=end) for text in TEXTS
    ]
    return {"positive": steered[0], "negative": steered[1]}


class Counted:
    """Counts what a network is asked."""

    def __init__(self, network: Controlling) -> None:
        self.network = network
        self.hints = self.passes = 0

    @property
    def hint_channels(self) -> int:
        return self.network.hint_channels

    @property
    def facts(self) -> dict[str, Any]:
        return self.network.facts

    def prepared(self, hint: Tensor) -> list[Tensor]:
        self.hints += 1
        return self.network.prepared(hint)

    def residuals(
        self, prepared: list[Tensor], x: Tensor, time: Tensor, context: Tensor
    ) -> Residuals:
        self.passes += 1
        return self.network.residuals(prepared, x, time, context)


def sampled(
    unet: UNet2DConditionModel,
    conditionings: dict[str, Conditioning],
    load: Callable[[Control], Controlling],
    latent: Latent | None = None,
) -> Tensor:
    """Take two steps of Euler's method at cfg 3."""
    settings = Settings("euler", (10.0, 2.0, 0.0), 1, ClassifierFree(3.0))
    task = SamplingTask(
        Denoiser(unet, MODEL, 1.0, 4),
        latent or Latent(LATENT),
        conditionings,
        settings,
        controls=Controls(load, MODEL, lambda: unet.config).of,
    )
    while task.advance():
        pass
    return task.result().samples


def loader(runtime: Runtime) -> Callable[[Control], Controlling]:
    return lambda control: load_control(control.net, runtime)


def by_diffusers(unet: UNet2DConditionModel, **residuals: Any) -> Tensor:
    """Sample as `sampled` does, with diffusers' networks alone."""
    sigmas = [10.0, 2.0, 0.0]
    generator = torch.Generator().manual_seed(1)
    x = LATENT + torch.randn(LATENT.shape, generator=generator) * sigmas[0]
    context = torch.cat([text.entries[0].encoding.expand(2, -1, -1) for text in TEXTS])
    for sigma, following in pairwise(sigmas):
        level = torch.tensor([sigma])
        inputs = (x * MODEL.input_scale(level)).repeat(2, 1, 1, 1)
        time = MODEL.timestep(level).expand(4)
        more = {key: make(inputs, time, context) for key, make in residuals.items()}
        if "both" in more:
            kept, middle = more.pop("both")
            more = {
                "down_block_additional_residuals": kept,
                "mid_block_additional_residual": middle,
            }
        eps = unet(inputs, time, encoder_hidden_states=context, **more).sample
        positive, negative = (x - sigma * each for each in eps.chunk(2))
        denoised = negative + 3 * (positive - negative)
        x = x + (x - denoised) / sigma * (following - sigma)
    return x


def steer(net: ControlNetModel, x: Tensor, time: Tensor, context: Tensor) -> Any:
    hint = HINT.movedim(-1, 1).expand(4, -1, -1, -1)
    return net(x, time, context, controlnet_cond=hint, return_dict=False)


@pytest.mark.parametrize("layout", ["diffusers", "original"])
def test_controlnet_steers_as_that_of_diffusers(
    unet: UNet2DConditionModel, runtime: Runtime, tmp_path: Path, layout: str
):
    net = small_controlnet()
    handle = read(runtime, tmp_path, net, layout)

    made = sampled(unet, sides(handle), loader(runtime))

    expected = by_diffusers(unet, both=partial(steer, net))
    torch.testing.assert_close(made, expected, rtol=1e-4, atol=1e-4)
    assert not torch.allclose(made, by_diffusers(unet), atol=1e-2)


@pytest.mark.parametrize("layout", ["diffusers", "original"])
@pytest.mark.parametrize(
    ("kind", "channels"), [("full_adapter", 3), ("full_adapter", 1), ("light_adapter", 3)]
)
def test_adapter_steers_as_that_of_diffusers(
    unet: UNet2DConditionModel,
    runtime: Runtime,
    tmp_path: Path,
    layout: str,
    kind: str,
    channels: int,
):
    net = small_adapter(kind, channels)
    handle = read(runtime, tmp_path, net, layout)
    hint = HINT.movedim(-1, 1)
    features = net(hint if channels == 3 else hint.mean(1, keepdim=True))

    made = sampled(unet, sides(handle), loader(runtime))

    expected = by_diffusers(
        unet,
        down_intrablock_additional_residuals=lambda *_: [f.expand(4, -1, -1, -1) for f in features],
    )
    torch.testing.assert_close(made, expected, rtol=1e-4, atol=1e-4)
    assert not torch.allclose(made, by_diffusers(unet), atol=1e-2)


@pytest.mark.parametrize(
    ("make", "layout", "names"),
    [
        (small_controlnet, "original", "control_model.zero_convs.{}.0.weight"),
        (small_controlnet, "diffusers", "controlnet_down_blocks.{}.weight"),
        (small_adapter, "original", "body.{}.block1.weight"),
        (small_adapter, "diffusers", "adapter.body.0.resnets.{}.block1.weight"),
    ],
)
def test_swapped_tensors_are_seen(
    unet: UNet2DConditionModel,
    runtime: Runtime,
    tmp_path: Path,
    make: Callable[[], Any],
    layout: str,
    names: str,
):
    right = sampled(unet, sides(read(runtime, tmp_path, make(), layout)), loader(runtime))
    path = tmp_path / FOLDER / "a.safetensors"
    state = load_file(path)
    one, other = (names.format(number) for number in (0, 1))
    state[one], state[other] = state[other], state[one]
    save_file(state, path)

    made = sampled(unet, sides(read_control(path.name, runtime)), loader(runtime))

    assert not torch.allclose(made, right, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("make", [small_controlnet, small_adapter])
def test_both_sides_go_through_the_network_together_and_its_picture_once(
    unet: UNet2DConditionModel, runtime: Runtime, tmp_path: Path, make: Callable[[], Any]
):
    handle = read(runtime, tmp_path, make())
    counted = Counted(load_control(handle, runtime))

    sampled(unet, sides(handle), lambda _: counted)

    assert (counted.hints, counted.passes) == (1, 2)


def test_controls_that_come_back_from_the_cache_are_one(
    unet: UNet2DConditionModel, runtime: Runtime, tmp_path: Path
):
    handle = read(runtime, tmp_path, small_controlnet())
    counted = Counted(load_control(handle, runtime))
    codecs = Codecs()
    back: dict[str, Conditioning] = {
        side: codecs.decode(codecs.encode(Outputs(lists=([each],)))).lists[0][0]
        for side, each in sides(handle).items()
    }

    sampled(unet, back, lambda _: counted)

    assert (counted.hints, counted.passes) == (1, 2)


def test_control_of_half_the_schedule_is_asked_in_it_alone(
    unet: UNet2DConditionModel, runtime: Runtime, tmp_path: Path
):
    handle = read(runtime, tmp_path, small_controlnet())
    counted = Counted(load_control(handle, runtime))

    late = sides(handle, start=0.5)  # from about 1.6 downward
    assert torch.equal(
        sampled(unet, late, lambda _: counted), sampled(unet, plain(), loader(runtime))
    )
    assert counted.passes == 0
    sampled(unet, sides(handle, end=0.4), lambda _: counted)
    assert counted.passes == 1


def plain() -> dict[str, Conditioning]:
    return dict(zip(("positive", "negative"), TEXTS, strict=True))


def test_two_controls_add_up(unet: UNet2DConditionModel, runtime: Runtime, tmp_path: Path):
    handle = read(runtime, tmp_path, small_controlnet())
    twice = {
        side: controlled(each, handle, HINT, strength=0.5)
        for side, each in sides(handle, strength=0.75).items()
    }

    made = sampled(unet, twice, loader(runtime))

    expected = sampled(unet, sides(handle, strength=1.25), loader(runtime))
    torch.testing.assert_close(made, expected, rtol=1e-4, atol=1e-4)


def test_no_strength_is_no_control():
    handle: Any = None

    assert controlled(TEXTS[0], handle, HINT, strength=0.0) is TEXTS[0]


def test_one_control_for_both_sides_reaches_the_negative(
    unet: UNet2DConditionModel, runtime: Runtime, tmp_path: Path
):
    handle = read(runtime, tmp_path, small_controlnet())
    one = plain() | {"positive": controlled(TEXTS[0], handle, HINT, strength=1.0, is_for_both=True)}

    made = sampled(unet, one, loader(runtime))

    assert torch.equal(made, sampled(unet, sides(handle), loader(runtime)))


def test_picture_of_another_size_is_fitted_and_batches_are_repeated(
    unet: UNet2DConditionModel, runtime: Runtime, tmp_path: Path
):
    handle = read(runtime, tmp_path, small_controlnet())
    small = HINT[:, ::2, ::2]
    large = torch.cat([small, small]).repeat_interleave(2, 1).repeat_interleave(2, 2)

    made = [
        sampled(
            unet,
            {side: controlled(text, handle, hint, strength=1.0) for side, text in plain().items()},
            loader(runtime),
        )
        for hint in (small, large)
    ]

    torch.testing.assert_close(*made, rtol=1e-4, atol=1e-4)


def test_control_works_with_areas_and_masks(
    unet: UNet2DConditionModel, runtime: Runtime, tmp_path: Path
):
    handle = read(runtime, tmp_path, small_controlnet())
    chosen = sides(handle)
    chosen["positive"] = chosen["positive"] + chosen["positive"].each(area=(8, 8, 0, 0))
    chosen["positive"] += TEXTS[0].each(area=(8, 4, 0, 4))
    mask = torch.zeros(1, 8, 8)
    mask[..., 4:] = 1

    made = sampled(unet, chosen, loader(runtime), Latent(LATENT, mask))

    assert made.isfinite().all()
    torch.testing.assert_close(made[..., :4], LATENT[..., :4])


def test_controlnet_that_pools_adds_the_same_everywhere(
    unet: UNet2DConditionModel, runtime: Runtime, tmp_path: Path
):
    net = small_controlnet()
    write_controlnet(net, tmp_path / FOLDER / "a_shuffle.safetensors", "original")
    handle = read_control("a_shuffle.safetensors", runtime)

    made = sampled(unet, sides(handle), loader(runtime))

    def pooled(*given: Tensor) -> Any:
        kept, middle = steer(net, *given)
        return [each.mean((2, 3), keepdim=True) for each in kept], middle.mean((2, 3), keepdim=True)

    torch.testing.assert_close(made, by_diffusers(unet, both=pooled), rtol=1e-4, atol=1e-4)
