"""Bundled workflows that change a picture: what stays, and how much changes."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageFilter

from engine import Workflow
from engine.diffusion.denoising.denoiser import Denoiser
from engine.errors import NodeError
from engine.testing.graphs import Graph, Ref

ROOT = Path(__file__).parents[2]
HEART = "a blue heart"
Load = Callable[[str], Workflow]
Pixels = np.ndarray[Any, Any]


def pixels(picture: Image.Image) -> Pixels:
    return np.asarray(picture.convert("RGB"), dtype=np.float64) / 255


def drawn(workflow: Workflow, **inputs: Any) -> Pixels:
    return pixels(workflow.run(**inputs).images[0])


def closeness(one: Pixels, other: Pixels) -> float:
    """Return the PSNR in decibels."""
    return 10 * math.log10(1 / max(float(((one - other) ** 2).mean()), 1e-12))


def test_cycle_diffusion_gives_the_picture_back_under_its_own_prompt(load: Load):
    workflow = load("cycle_diffusion")
    round_trip = drawn(workflow, denoise=0.0)

    back = drawn(workflow, source=HEART, prompt=HEART, cfg=1.0, steps=3)

    assert closeness(back, round_trip) > 35


def test_cycle_diffusion_changes_what_the_prompts_differ_in(load: Load):
    workflow = load("cycle_diffusion")
    source = drawn(workflow, denoise=0.0)

    changed = drawn(workflow, source=HEART, prompt="a red heart", steps=8)

    inside = source[..., 2] - source[..., 0] > 0.3  # blue
    outside = source.min(-1) > 0.9  # white
    assert (changed - source)[inside].mean(0)[0] > 0.3
    assert (changed - source)[inside].mean(0)[2] < -0.1
    assert np.abs(changed - source)[outside].mean() < 0.05


@pytest.mark.slow
@pytest.mark.parametrize("eta", [0.3, 1.0])
def test_cycle_diffusion_of_fifty_steps_gives_the_picture_back(eta: float, load: Load):
    workflow = load("cycle_diffusion")
    round_trip = drawn(workflow, denoise=0.0)

    back = drawn(workflow, source=HEART, prompt=HEART, cfg=1.0, steps=50, eta=eta, denoise=1.0)

    assert closeness(back, round_trip) > 35


def inversion(graph: Graph, steps: int) -> dict[str, Ref]:
    """Invert the example picture and draw it again from its noise; return it and its round trip."""
    loaded = graph.node("CheckpointLoaderSimple", ckpt_name="emoji-mini")
    model, clip, vae = loaded[0], loaded[1], loaded[2]
    picture = graph.node("LoadImage", image="example.png")
    latent = graph.node("VAEEncode", pixels=picture[0], vae=vae)
    prompt = graph.node("CLIPTextEncode", clip=clip, text=HEART)
    levels = graph.node("BasicScheduler", model=model, scheduler="normal", steps=steps)
    guider = graph.node("BasicGuider", model=model, conditioning=prompt)
    inverted = graph.node("SfumatoDDIMInversion", guider=guider, sigmas=levels, latent_image=latent)
    again = graph.node(
        "SamplerCustomAdvanced",
        noise=graph.node("DisableNoise"),
        guider=guider,
        sampler=graph.node("KSamplerSelect", sampler_name="ddim"),
        sigmas=levels,
        latent_image=inverted,
    )
    return {
        "back": graph.node("VAEDecode", samples=again[0], vae=vae),
        "round_trip": graph.node("VAEDecode", samples=latent, vae=vae),
    }


@pytest.mark.parametrize("steps", [4, pytest.param(50, marks=pytest.mark.slow)])
def test_inversion_finds_noise_that_leads_back_to_the_picture(steps: int, load: Load):
    graph = Graph()
    outputs = inversion(graph, steps)
    for each in outputs.values():
        graph.node("PreviewImage", images=each)
    workflow = Workflow(
        graph.document(back=outputs["back"], round_trip=outputs["round_trip"]),
        load("inpaint").engine,
    )

    outcome = workflow.run().outputs

    back, round_trip = (outcome[name][0].numpy() for name in ("back", "round_trip"))
    assert closeness(back, round_trip) > (35 if steps == 50 else 25)


def test_differential_diffusion_changes_grey_parts_less(load: Load):
    workflow = load("differential")
    with Image.open(ROOT / "input" / "example_masked.png") as file:
        hole = file.getchannel("A").point(lambda alpha: 255 - alpha)
    grading, near = (
        np.asarray(hole.filter(ImageFilter.BoxBlur(radius)), dtype=np.float64) / 255
        for radius in (16, 30)
    )
    round_trip = drawn(workflow, denoise=0.0)
    heart = round_trip[..., 2] - round_trip[..., 0] > 0.3

    change = np.abs(drawn(workflow, steps=8, seed=7) - round_trip).mean(-1)

    white, grey, black = (
        change[heart & part].mean()
        for part in (grading > 0.9, (grading > 0.3) & (grading < 0.6), near == 0)
    )
    assert white > grey > black + 0.05
    assert black < white / 2


def test_model_that_gives_no_numbers_fails_the_job_and_saves_nothing(
    load: Load, monkeypatch: pytest.MonkeyPatch
):
    sound, calls = Denoiser.__call__, []

    def breaking(self: Denoiser, *given: Any) -> Any:
        calls.append(1)
        answer = sound(self, *given)
        return answer * math.nan if len(calls) == 2 else answer

    monkeypatch.setattr(Denoiser, "__call__", breaking)
    workflow = load("text_to_image")

    with pytest.raises(NodeError, match="not numbers at step 2 of 3") as failure:
        workflow.run(steps=3)

    assert failure.value.node_id == "5"
    assert list(workflow.engine.folders.output.rglob("*.png")) == []
