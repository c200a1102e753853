"""Patches of guidance in one step of a run, against their papers over the answers of diffusers.

The formulas are written out in numpy, in float64, on one picture.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from engine.diffusion.denoising.denoiser import Denoiser
from engine.diffusion.denoising.sampling import SamplingTask, Settings, patched
from engine.diffusion.denoising.settings import SAMPLING_PATCHES
from engine.diffusion.guidances.guidance import ClassifierFree, Guidance
from engine.diffusion.guidances.sides import DualClassifierFree, PerpendicularNegative
from engine.diffusion.levels.parameterisation import discrete, scaled_linear_betas
from engine.types import Cond, Conditioning, Latent, Patch
from tests.diffusion import plain_unet
from tests.diffusion.plain_unet import Joints
from tests.tiny_models import WIDTH, tiny_model

Array = np.ndarray[Any, Any]
MODEL = discrete(scaled_linear_betas())
TIME, CFG, SIDE = 600, 5.0, 8
NAMES = ("positive", "negative", "middle", "empty")
GENERATOR = torch.Generator().manual_seed(3)
NOISE = torch.randn(1, 4, SIDE, SIDE, generator=GENERATOR)
TEXTS = {name: torch.randn(1, 7, WIDTH, generator=GENERATOR) * 3 for name in NAMES}
SIDES = {name: Conditioning((Cond(text),)) for name, text in TEXTS.items()}
CLOSE = 1e-4

pytestmark = pytest.mark.usefixtures("no_grad")


def level() -> float:
    """Return the level of the timestep, by the betas that SD 1.x was trained with."""
    betas = np.linspace(0.00085**0.5, 0.012**0.5, 1000) ** 2
    kept = np.cumprod(1 - betas)[TIME]
    return float(((1 - kept) / kept) ** 0.5)


@pytest.fixture(scope="module")
def unet() -> Any:
    return tiny_model().unet.requires_grad_(False)


def sampled(unet: Any, guidance: Guidance, *patches: Patch) -> Array:
    """Take the one step from the level to 0: what comes out is what the guidance made."""
    settings = patched(Settings("euler", (level(), 0.0), 1, guidance), patches)
    task = SamplingTask(
        Denoiser(unet, MODEL, 1.0, 4), Latent(torch.zeros_like(NOISE)), SIDES, settings, noise=NOISE
    )
    while task.advance():
        pass
    return task.result().samples[0].double().numpy()


@dataclass(frozen=True)
class Asked:
    """What a network answers of one noisy picture."""

    unet: Any

    @cached_property
    def x(self) -> Array:
        return NOISE[0].double().numpy() * level()

    def clean(self, side: str, x: Array | None = None, joints: Joints | None = None) -> Array:
        """Return the picture without noise, as diffusers' layers see it."""
        noisy = self.x if x is None else x
        scaled = torch.from_numpy(noisy / (level() ** 2 + 1) ** 0.5).float()[None]
        time = torch.tensor(TIME)
        if joints is None:
            eps = self.unet(scaled, time, encoder_hidden_states=TEXTS[side]).sample
        else:
            eps = plain_unet.answer(self.unet, scaled, time, TEXTS[side], joints)
        return noisy - level() * eps[0].double().numpy()

    @cached_property
    def positive(self) -> Array:
        return self.clean("positive")

    @cached_property
    def negative(self) -> Array:
        return self.clean("negative")

    @cached_property
    def plain(self) -> Array:
        return self.negative + CFG * (self.positive - self.negative)

    @cached_property
    def swapped(self) -> Asked:
        """Answer the other side's questions."""
        other = Asked(self.unet)
        vars(other).update(positive=self.negative, negative=self.positive)
        return other


def dot(one: Array, other: Array) -> float:
    return float((one * other).sum())


def rescaled(asked: Asked) -> Array:
    """Lin et al. 2023, eq. 15-16, on the velocity."""
    alpha = 1 / (level() ** 2 + 1) ** 0.5
    sigma = level() * alpha

    def velocity(clean: Array) -> Array:
        return (alpha * alpha * asked.x - clean) / sigma

    guided = velocity(asked.plain)
    ratio = velocity(asked.positive).std(ddof=1) / guided.std(ddof=1)
    return alpha * alpha * asked.x - sigma * (0.7 * guided * ratio + 0.3 * guided)


def projected(asked: Asked) -> Array:
    """Sadat et al. 2024, Algorithm 1, at its first step."""
    difference = asked.positive - asked.negative
    difference = difference * min(1.0, 2.5 / dot(difference, difference) ** 0.5)
    unit = asked.positive / dot(asked.positive, asked.positive) ** 0.5
    along = dot(difference, unit) * unit
    return asked.positive + (CFG - 1) * (difference - along + 0.3 * along)


def damped(asked: Asked) -> Array:
    """Kwon et al. 2025, Algorithm 1."""
    scores = np.stack([(asked.x - each).ravel() for each in (asked.negative, asked.positive)])
    main = np.linalg.svd(scores, full_matrices=False)[2][0]
    negative = asked.x - (scores[0] @ main * main).reshape(asked.x.shape)
    return negative + CFG * (asked.positive - negative)


def zero_star(asked: Asked) -> Array:
    """Fan et al. 2025, eq. 8-9, with the clean prediction scaled."""
    positive, negative = asked.x - asked.positive, asked.x - asked.negative
    scaled = asked.negative * dot(positive, negative) / dot(negative, negative)
    return scaled + CFG * (asked.positive - scaled)


def norm_limited(asked: Asked) -> Array:
    lengths = [np.sqrt((each**2).sum(0)) for each in (asked.positive, asked.plain)]
    return asked.plain * np.minimum(1, lengths[0] / lengths[1]) * 0.9


def epsilon_scaled(asked: Asked) -> Array:
    """Ning et al. 2024: the predicted noise is divided."""
    eps = (asked.x - asked.plain) / level()
    return asked.x - level() * eps / 1.05


def by_frequency(asked: Asked) -> Array:
    """Huang et al. 2025, eq. 6."""
    cycles = np.fft.fftfreq(SIDE, 1 / SIDE)
    is_slow = (cycles >= -2) & (cycles < 2)
    factors = np.where(is_slow[:, None] & is_slow, 0.8, 1.5)
    waves = np.fft.fft2(asked.positive - asked.negative) * factors
    return asked.negative + CFG * np.fft.ifft2(waves).real


def mahiro(asked: Asked) -> Array:
    def rooted(values: Array) -> Array:
        return np.sqrt(np.abs(values)) * np.sign(values)

    leap = CFG * asked.positive
    merged, away = rooted((leap + asked.plain) / 2), rooted(CFG * asked.negative)
    norms = np.sqrt((merged**2).sum(0) * (away**2).sum(0))
    share = 0.5 + ((merged * away).sum(0) / norms).mean() / 2
    return share * asked.plain + (1 - share) * leap


def perturbed(asked: Asked) -> Array:
    """Ahn et al. 2024, beside classifier-free guidance."""
    other = asked.clean("positive", joints=plain_unet.identity_in_the_middle())
    return asked.plain + 3.0 * (asked.positive - other)


def self_attention(asked: Asked) -> Array:
    """Hong et al. 2023, Algorithm 1, on the side that is left behind."""
    seen: list[Tensor] = []

    def look(module: Any, tokens: Tensor, size: tuple[int, int], middle: bool) -> Tensor:
        if middle:
            q, k = (
                each(tokens).unflatten(-1, (module.heads, -1)).transpose(1, 2)
                for each in (module.to_q, module.to_k)
            )
            shares = (q @ k.mT / q.shape[-1] ** 0.5).softmax(-1)
            seen.append(shares.mean(1).sum(1).view(1, 1, *size))  # what each place is given
        return plain_unet.attention(module, tokens, tokens)

    asked.clean("negative", joints=Joints(look=look))
    mask = functional.interpolate((seen[0] > 1).double(), (SIDE, SIDE))[0].numpy()
    bell = np.exp(-0.5 * (np.arange(-4, 5) / 2.0) ** 2)
    padded = np.pad(asked.negative, ((0, 0), (4, 4), (4, 4)), mode="reflect")
    for axis in (1, 2):
        windows = np.lib.stride_tricks.sliding_window_view(padded, 9, axis)
        padded = windows @ bell / bell.sum()
    degraded = padded * mask + asked.negative * (1 - mask)
    answer = asked.clean("negative", degraded + asked.x - asked.negative)
    return asked.plain + 0.5 * (degraded - answer)


def perpendicular(asked: Asked) -> Array:
    """Armandpour et al. 2023: the negative at a right angle to the positive."""
    empty = asked.clean("empty")
    towards, away = asked.positive - empty, asked.negative - empty
    aside = away - dot(away, towards) / dot(towards, towards) * towards
    return empty + CFG * (towards - 0.8 * aside)


def nested(asked: Asked) -> Array:
    middle = asked.clean("middle")
    both = middle + 3.0 * (asked.positive - middle)
    return asked.negative + 1.5 * (both - asked.negative)


def regular(asked: Asked) -> Array:
    """Brooks et al. 2023, eq. 3, with the answer to the picture alone in the middle."""
    middle = asked.clean("middle")
    return asked.negative + 1.5 * (middle - asked.negative) + 3.0 * (asked.positive - middle)


CFG_GUIDANCE = ClassifierFree(CFG)
CASES: dict[str, tuple[Callable[[Asked], Array], Guidance, tuple[Patch, ...]]] = {
    "CFG": (lambda asked: asked.plain, CFG_GUIDANCE, ()),
    "DualCFG": (regular, DualClassifierFree(3.0, 1.5), ()),
    "DualCFG nested": (nested, DualClassifierFree(3.0, 1.5, "nested"), ()),
    "PerpNegGuider": (perpendicular, PerpendicularNegative(CFG, 0.8), ()),
    **{
        name: (formula, CFG_GUIDANCE, (Patch(name, parameters),))
        for name, formula, parameters in (
            ("APG", projected, {"eta": 0.3, "norm_threshold": 2.5, "momentum": -0.5}),
            ("CFGNorm", norm_limited, {"strength": 0.9}),
            ("CFGZeroStar", zero_star, {}),
            ("EpsilonScaling", epsilon_scaled, {"scaling_factor": 1.05}),
            ("FreSca", by_frequency, {"scale_low": 0.8, "scale_high": 1.5, "freq_cutoff": 2}),
            ("Mahiro", mahiro, {}),
            ("PAG", perturbed, {"scale": 3.0}),
            ("PerpNeg", perpendicular, {"empty_conditioning": SIDES["empty"], "neg_scale": 0.8}),
            ("RescaleCFG", rescaled, {"multiplier": 0.7}),
            ("SAG", self_attention, {"scale": 0.5, "blur_sigma": 2.0}),
            ("TCFG", damped, {}),
        )
    },
}


@pytest.fixture(scope="module")
def confused(unet: Any) -> Any:
    """The network with two tensors of one shape in each other's place."""
    confused = copy.deepcopy(unet)
    ours, theirs = (net.mid_block.attentions[0].transformer_blocks[0] for net in (confused, unet))
    ours.attn1.to_v.weight = theirs.attn1.to_out[0].weight
    ours.attn1.to_out[0].weight = theirs.attn1.to_v.weight
    return confused


def test_every_patch_of_guidance_has_a_case():
    # these two change a mask and a latent; they are looked at where those are
    assert SAMPLING_PATCHES.keys() - CASES.keys() == {"DifferentialDiffusion", "LatentOperation"}


@pytest.mark.parametrize("case", CASES)
def test_a_step_is_the_formula_over_the_answers_of_diffusers(unet: Any, confused: Any, case: str):
    formula, guidance, patches = CASES[case]
    asked = Asked(unet)

    made = sampled(unet, guidance, *patches)

    theirs = formula(asked)
    limit = CLOSE * max(1.0, float(np.abs(theirs).max()))
    assert np.abs(made - theirs).max() < limit
    assert np.abs(made - formula(asked.swapped)).max() > 10 * limit
    assert np.abs(made - formula(Asked(confused))).max() > 10 * limit
