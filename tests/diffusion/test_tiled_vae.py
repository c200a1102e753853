from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from engine.diffusion import tiles
from engine.diffusion.autoencoder import vae as vae_module
from engine.diffusion.autoencoder import vae_tiles
from engine.diffusion.autoencoder.vae import Vae
from engine.diffusion.networks.weights import load_vae, read_checkpoint
from engine.errors import ModelError, OutOfMemory, ValueOutOfRange
from tests.tiny_models import cpu_runtime, tiny_model

ROOT = Path(__file__).parents[2]
#: of a latent; 16 cells of them to a tile
CELLS, TILE, OVERLAP = 32, 128, 32

pytestmark = pytest.mark.usefixtures("no_grad", "small_stages")


@pytest.fixture
def small_stages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let small pictures be worth a cut."""
    monkeypatch.setattr(vae_tiles, "LEAST_COST", 0)
    monkeypatch.setattr(vae_module, "TILE_SIZES", (128, 64))
    monkeypatch.setattr(vae_module, "OVERLAP", 16)


@pytest.fixture
def small_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the tiny network have tiles of 8 cells, which share 2."""
    monkeypatch.setattr(tiles, "LEAST_CELLS", 8)
    monkeypatch.setattr(tiles, "LEAST_OVERLAP", 2)


@pytest.fixture(scope="module")
def emoji_vae() -> Vae:
    runtime = cpu_runtime(ROOT)
    return load_vae(read_checkpoint("checkpoints", "emoji-mini", runtime)[2], runtime)


@pytest.fixture(scope="module")
@torch.no_grad()
def gradient(emoji_vae: Vae) -> Tensor:
    """A latent (1, 4, 32, 32) that goes from dark grey on the left to light grey."""
    dark, light = (
        emoji_vae.encode(torch.full((1, 64, 64, 3), grey)).mean((2, 3), keepdim=True)
        for grey in (0.3, 0.7)
    )
    return (dark + (light - dark) * torch.linspace(0, 1, CELLS)).expand(-1, -1, CELLS, -1)


@pytest.fixture
def tiny(small_tiles: None) -> Vae:
    return Vae(tiny_model().vae.requires_grad_(False), 0.2)


def test_no_border_of_a_tile_shows_and_the_picture_is_that_of_the_whole(
    emoji_vae: Vae, gradient: Tensor
):
    whole = emoji_vae.decode(gradient)

    picture = emoji_vae.decode_tiled(gradient, TILE, OVERLAP)

    steps = picture.diff(dim=2).abs().mean((0, 1, 3))  # between columns
    borders = [8 * cell - 1 for cell in (12, 16, 24, 28)]
    assert not torch.equal(picture, whole)
    assert (picture - whole).abs().mean() < 2 / 255
    assert steps[borders].max() <= 1.5 * steps.median()


def test_the_smallest_tiles_do_not_show_in_a_picture_of_odd_sides(emoji_vae: Vae, gradient: Tensor):
    latent = functional.interpolate(gradient.transpose(2, 3), (33, 47), mode="bilinear")
    whole = emoji_vae.decode(latent)

    picture = emoji_vae.decode_tiled(latent, 64, 0)

    steps = picture.diff(dim=1).abs().mean((0, 2, 3))  # between rows
    borders = [8 * cell - 1 for cell in (12, 16, 24, 28)]
    assert (picture - whole).abs().mean() < 2 / 255
    assert steps[borders].max() <= 1.5 * steps.median()


def test_plain_tiles_would_show(emoji_vae: Vae, gradient: Tensor):
    """What the test above looks for is there to be found."""
    whole = emoji_vae.decode(gradient)

    halves = [emoji_vae.decode(half) for half in gradient.split(CELLS // 2, dim=3)]

    picture = torch.cat(halves, dim=2)
    steps = picture.diff(dim=2).abs().mean((0, 1, 3))
    assert (picture - whole).abs().mean() > 2 / 255
    assert steps[8 * CELLS // 2 - 1] > 1.5 * steps.median()


def test_encoding_in_tiles_gives_nearly_the_latent_of_the_whole(emoji_vae: Vae, gradient: Tensor):
    pixels = emoji_vae.decode(gradient)
    whole = emoji_vae.encode(pixels)

    latent = emoji_vae.encode_tiled(pixels, TILE, OVERLAP)

    assert not torch.equal(latent, whole)
    assert (latent - whole).abs().mean() < 0.02 * whole.std()


def test_layers_normalise_as_before_when_the_tiles_are_done(tiny: Vae):
    samples = torch.randn(1, 4, 12, 10)
    before = tiny.decode(samples)

    tiny.decode_tiled(samples, 64, 16)

    assert torch.equal(tiny.decode(samples), before)


def test_a_picture_within_one_tile_is_that_of_the_whole(tiny: Vae):
    samples = torch.randn(2, 4, 8, 6)

    assert torch.equal(tiny.decode_tiled(samples, 64, 16), tiny.decode(samples))


def test_tiles_take_less_memory_than_the_whole(tiny: Vae):
    """By the largest activation, as what the system tells is not exact."""
    largest = 0

    def note(module: object, inputs: object, output: Tensor) -> None:
        nonlocal largest
        largest = max(largest, output.numel())

    for module in tiny.module.decoder.modules():
        if not any(module.children()):
            module.register_forward_hook(note)
    samples = torch.randn(1, 4, 20, 12)

    tiny.decode_tiled(samples, 64, 16)

    assert largest == 32 * 64**2


def test_what_the_budget_says_will_not_fit_is_done_in_tiles(tiny: Vae):
    samples, pixels = torch.randn(1, 4, 20, 8), torch.rand(1, 160, 64, 3)
    tight = Vae(tiny.module, tiny.scale, room_bytes=tiny.activation_bytes(100))

    assert torch.equal(tight.decode(samples), tiny.decode_tiled(samples, 64, 16))
    assert torch.equal(tight.encode(pixels), tiny.encode_tiled(pixels, 64, 16))


def test_what_fits_the_budget_is_done_whole(tiny: Vae):
    samples = torch.randn(1, 4, 10, 10)
    fitting = Vae(tiny.module, tiny.scale, room_bytes=tiny.activation_bytes(100))

    assert torch.equal(fitting.decode(samples), tiny.decode(samples))


def limited(vae: Vae, numbers: int) -> None:
    """Let the device refuse activations of more numbers than this."""

    def refuse(module: object, inputs: object, output: Tensor) -> None:
        if output.numel() > numbers:
            raise torch.OutOfMemoryError("out of memory")

    for module in (*vae.module.encoder.modules(), *vae.module.decoder.modules()):
        module.register_forward_hook(refuse)


@pytest.mark.parametrize("side", [16, 8])
def test_a_device_without_room_gets_ever_smaller_tiles(tiny: Vae, side: int):
    samples = torch.randn(1, 4, 18, 10)
    expected = tiny.decode_tiled(samples, 8 * side, 16)

    limited(tiny, 32 * (8 * side) ** 2)

    assert torch.equal(tiny.decode(samples), expected)


def test_a_device_without_room_for_the_smallest_tile_says_so(tiny: Vae):
    limited(tiny, 100)

    with pytest.raises(OutOfMemory, match=r"The autoencoder needs more .*: out of memory\..* GB\."):
        tiny.decode(torch.randn(1, 4, 10, 10))


@pytest.mark.parametrize(
    "call", [lambda vae: vae.decode_tiled(torch.zeros(1, 4, 9, 9), 64, 96),
             lambda vae: vae.encode_tiled(torch.zeros(1, 80, 80, 3), 64, 96)]
)  # fmt: skip
def test_an_overlap_larger_than_the_tile_is_refused(tiny: Vae, call: Callable[[Vae], Tensor]):
    with pytest.raises(ValueOutOfRange, match="Tiles of 64 cannot overlap by 96"):
        call(tiny)


def test_tiles_of_a_latent_of_another_family_are_refused(tiny: Vae):
    with pytest.raises(ModelError, match="latents of 4 channels, but the latent has 16"):
        tiny.decode_tiled(torch.zeros(1, 16, 2, 2), 64, 16)
