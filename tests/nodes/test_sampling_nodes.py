import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from engine.context import Context
from engine.diffusion.samplers import SAMPLERS
from engine.errors import Interrupted
from engine.events import Event, Preview, Progress
from engine.lanes import DeviceLane
from engine.registry import Registry
from engine.types import Latent, ModelHandle
from nodes import sampling
from tests.nodes.known_models import MODEL, TextIsPicture, stand_in, text


@pytest.fixture(autouse=True)
def loader(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Let every handle stand for that model."""
    return stand_in(monkeypatch, TextIsPicture())


def sample(ctx: Context, **changes: Any) -> Latent:
    """Run the node as users have it at first, in four steps."""
    values: dict[str, Any] = {
        "model": MODEL,
        "seed": 1,
        "steps": 4,
        "cfg": 1.0,
        "sampler_name": "euler",
        "scheduler": "karras",
        "positive": text(1.0),
        "negative": text(0.0),
        "latent_image": Latent(torch.zeros(1, 4, 2, 2)),
        "denoise": 1.0,
    }
    return asyncio.run(sampling.ksampler(**values | changes, ctx=ctx))


def test_the_prompt_is_followed_by_cfg_away_from_the_negative(context: Callable[..., Context]):
    made = sample(context(), cfg=3.0, positive=text(0.5), negative=text(0.25))

    # 0.25 + 3 (0.5 - 0.25), in the autoencoder's scale
    assert torch.allclose(made.samples, torch.full((1, 4, 2, 2), 2.0), atol=1e-5)


def test_nothing_changes_without_denoising(context: Callable[..., Context]):
    latent = Latent(torch.rand(1, 4, 2, 2))

    made = sample(context(), denoise=0.0, latent_image=latent)

    assert torch.equal(made.samples, latent.samples)


def test_the_black_of_the_mask_is_kept(context: Callable[..., Context]):
    mask = torch.tensor([[[1.0, 0.0], [1.0, 0.0]]])
    latent = Latent(torch.full((1, 4, 2, 2), 0.125), noise_mask=mask)

    made = sample(context(), latent_image=latent).samples[0, 0]

    assert made[:, 1].tolist() == pytest.approx([0.125, 0.125], abs=1e-5)
    assert made[:, 0].tolist() == pytest.approx([2.0, 2.0], abs=1e-5)


def test_progress_counts_the_steps(context: Callable[..., Context]):
    events: list[Event] = []

    sample(context(emit=events.append))

    steps = [(event.step, event.steps) for event in events if isinstance(event, Progress)]
    assert steps[-1] == (4, 4)
    assert sorted(steps) == steps


def test_previews_are_made_only_when_someone_looks(context: Callable[..., Context]):
    unseen: list[Event] = []
    seen: list[Event] = []

    sample(context(emit=unseen.append))
    sample(context(emit=seen.append, wants_previews=True))

    assert not any(isinstance(event, Preview) for event in unseen)
    assert any(isinstance(event, Preview) for event in seen)


def test_previews_begin_and_end_with_someone_who_looks_in_the_middle(
    context: Callable[..., Context], loader: SimpleNamespace
):
    loaded: list[int] = []
    events: list[Event] = []

    def load(handle: ModelHandle, runtime: Any) -> Any:
        loaded.append(step_of(events))
        return lambda samples: samples.movedim(1, -1)[..., :3]

    def looks() -> bool:
        return step_of(events) in (2, 3)

    loader.load_preview_map = load

    sample(context(emit=events.append, wants_previews=looks), steps=6)

    shown = [
        step_of(events[: place + 1])
        for place, event in enumerate(events)
        if isinstance(event, Preview)
    ]
    assert shown == [2, 3]
    assert loaded == [2]


def step_of(events: list[Event]) -> int:
    """Return the step that was told last."""
    return next((event.step for event in reversed(events) if isinstance(event, Progress)), 0)


def test_a_cancelled_job_stops_at_the_next_step(context: Callable[..., Context]):
    ctx = context()
    ctx.job.cancellation.cancel()

    with pytest.raises(Interrupted):
        sample(ctx)


def test_the_device_lane_gives_the_same_latent(context: Callable[..., Context]):
    lane = DeviceLane()
    try:
        driven = sample(context(device_lane=lane), sampler_name="euler_ancestral")
    finally:
        lane.close()

    assert torch.equal(driven.samples, sample(context(), sampler_name="euler_ancestral").samples)


def test_samplers_are_listed_as_they_are_registered(monkeypatch: pytest.MonkeyPatch):
    widget = Registry.of_packages("nodes")["KSampler"].by_name["sampler_name"].widget
    monkeypatch.setitem(SAMPLERS, "mine", SAMPLERS["euler"])

    assert widget is not None
    assert widget.options(None)["options"][-1] == "mine"
