"""A device that refuses more than so much: what is asked of it is asked in smaller pieces."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import UNet2DConditionModel
from torch import Tensor

from engine.diffusion.control.applied import Applied
from engine.diffusion.control.networks import Residuals
from engine.diffusion.denoising.batches import answered_in_parts
from engine.diffusion.denoising.elastic import Elastic
from engine.diffusion.denoising.evaluation import Evaluation, Evaluator, Given
from engine.diffusion.networks.build import build, module_bytes
from engine.diffusion.networks.shortages import Rung, first_that_fits
from engine.diffusion.networks.weights import (
    load_model,
    load_text_encoder,
    load_vae,
    read_checkpoint,
)
from engine.diffusion.text.encode import encode_text
from engine.diffusion.unet.activations import Activations
from engine.errors import OutOfMemory
from engine.runtime import Runtime
from tests.tiny_models import (
    WIDTH,
    checkpoint_path,
    cpu_runtime,
    tiny_model,
    write_ckpt,
    write_single_file,
)

#: what the fake device says a sample takes
SAMPLE = 10_000_000

pytestmark = pytest.mark.usefixtures("no_grad")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("installation")
    write_single_file(tiny_model(50_000), checkpoint_path(base, "a.safetensors"))
    return base


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def runtime(base: Path, told: list[str]) -> Runtime:
    return replace(cpu_runtime(base), warn=told.append)


class FakeDevice:
    """Has room for so many bytes: of all networks that are there, and of samples."""

    def __init__(self, runtime: Runtime, monkeypatch: pytest.MonkeyPatch, room: float) -> None:
        self.asked: list[int] = []
        forward = UNet2DConditionModel.forward

        def limited(unet: UNet2DConditionModel, x: Tensor, *inputs: Any, **named: Any) -> Any:
            self.asked.append(len(x))
            held = max(runtime.memory.used_bytes, module_bytes(unet))
            if held + len(x) * SAMPLE > room:
                raise torch.OutOfMemoryError("Tried to allocate 7.00 GiB")
            return forward(unet, x, *inputs, **named)

        monkeypatch.setattr(UNet2DConditionModel, "forward", limited)


def denoiser_of(runtime: Runtime, name: str = "a.safetensors") -> Elastic:
    return Elastic(read_checkpoint("checkpoints", name, runtime)[0], runtime, (6, 4, 8, 8))


def evaluations(batch: int = 3) -> list[Evaluation]:
    """Return a positive and a negative one, each with its own values."""
    x = torch.linspace(-3, 3, batch * 4 * 8 * 8).reshape(batch, 4, 8, 8)
    context = torch.linspace(-1, 1, batch * 7 * WIDTH).reshape(batch, 7, WIDTH)
    return [Evaluation(x, 2.0, Given(context)), Evaluation(x, 2.0, Given(-context))]


def size_of_unet(runtime: Runtime) -> int:
    return 4 * sum(parameter.numel() for parameter in tiny_model().unet.parameters())


@pytest.mark.parametrize(("limit", "asked"), [(6, [6]), (3, [6, 3, 3]), (1, [6, 3, 1, *[1] * 5])])
def test_a_batch_that_does_not_fit_is_split(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch, limit: int, asked: list[int]
):
    expected = Evaluator(denoiser_of(runtime))(evaluations())
    device = FakeDevice(runtime, monkeypatch, size_of_unet(runtime) + limit * SAMPLE)

    answers = Evaluator(denoiser_of(runtime))(evaluations())

    assert device.asked == asked
    for answer, whole in zip(answers, expected, strict=True):
        torch.testing.assert_close(answer, whole, rtol=1e-4, atol=1e-4)


def test_what_did_not_fit_is_not_tried_again_in_the_next_step_and_told_once(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch, told: list[str]
):
    device = FakeDevice(runtime, monkeypatch, size_of_unet(runtime) + 2 * SAMPLE)
    denoiser = denoiser_of(runtime)
    first = Evaluator(denoiser)(evaluations(1))
    device.asked.clear()
    Evaluator(denoiser)(evaluations(2))
    device.asked.clear()

    Evaluator(denoiser)(evaluations(2))

    assert device.asked == [2, 2]
    assert [len(answer) for answer in first] == [1, 1]
    assert told == [
        "The diffusion model at 8 × 8 latent cells needs more memory than there is, so "
        "2 samples are computed at a time."
    ]


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.9, "50% of its weights stay in the memory"),
        (0.4, "20% of its weights stay in the memory"),
        (0.17, "as few of its weights as can be stay in the memory"),
    ],
)
def test_a_single_sample_without_room_beside_the_weights_has_them_streamed_bit_for_bit(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch, told: list[str], share: float, said: str
):
    expected = Evaluator(denoiser_of(runtime))(evaluations(1)[:1])
    device = FakeDevice(runtime, monkeypatch, share * size_of_unet(runtime) + SAMPLE)
    denoiser = denoiser_of(runtime)

    answers = [Evaluator(denoiser)(evaluations(1)[:1]) for _ in range(2)]

    assert torch.equal(answers[0][0], expected[0])
    assert torch.equal(answers[1][0], expected[0])
    assert [said in message for message in told] == [True]
    assert device.asked[-1] == 1
    assert runtime.memory.used_bytes <= share * size_of_unet(runtime)


def test_other_networks_leave_before_its_own_weights_do(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch, told: list[str]
):
    load_vae(read_checkpoint("checkpoints", "a.safetensors", runtime)[2], runtime)
    FakeDevice(runtime, monkeypatch, size_of_unet(runtime) + SAMPLE)

    Evaluator(denoiser_of(runtime))(evaluations(1)[:1])

    assert [message.split(", so ")[1] for message in told] == [
        "other networks were taken out of the memory."
    ]
    assert runtime.memory.used_bytes == size_of_unet(runtime)


def test_the_next_run_has_all_of_the_network_again(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch, told: list[str]
):
    with monkeypatch.context() as patches:
        FakeDevice(runtime, patches, 0.6 * size_of_unet(runtime) + SAMPLE)
        Evaluator(denoiser_of(runtime))(evaluations(1))
    told.clear()

    Evaluator(denoiser_of(runtime))(evaluations(1))

    assert told == []
    assert runtime.memory.used_bytes >= size_of_unet(runtime)


class Steering:
    """A control network that notes the pictures it is asked to steer by, in each pass."""

    hint_channels = 3

    def __init__(self) -> None:
        self.facts: dict[str, Any] = {}
        self.seen: list[list[float]] = []
        self.hints = 0

    def prepared(self, hint: Tensor) -> list[Tensor]:
        self.hints += 1
        return [hint.mean((1, 2, 3))]

    def residuals(
        self, prepared: list[Tensor], x: Tensor, time: Tensor, context: Tensor
    ) -> Residuals:
        self.seen.append([round(float(each), 2) for each in prepared[0]])
        return Residuals()


def test_each_item_of_a_split_batch_keeps_its_own_picture_which_is_prepared_once(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
):
    steering = Steering()
    hint = torch.tensor([0.1, 0.2, 0.3])[:, None, None, None].expand(-1, 3, 64, 64)
    steered = Applied(steering, hint, 1.0, 99.0, 0.0)
    asked = evaluations()
    for evaluation in asked:
        evaluation.given = replace(evaluation.given, controls=(steered,))
    FakeDevice(runtime, monkeypatch, size_of_unet(runtime) + 2 * SAMPLE)

    Evaluator(denoiser_of(runtime))(asked)

    whole = [0.1, 0.2, 0.3]
    assert steering.hints == 1
    assert steering.seen == [whole * 2, whole, *([value] for value in whole * 2)]


def test_each_item_of_a_split_batch_keeps_what_is_given_beside_it():
    asked: list[Tensor] = []

    def answer(x: Tensor, _: Tensor, given: Given) -> Tensor:
        assert given.channels is not None
        asked.append(given.channels)
        return x + given.channels

    x, beside = torch.rand(5, 4, 2, 2), torch.rand(5, 4, 2, 2)
    given = Given(torch.zeros(5, 1, 1), channels=beside, batches=(2, 3))

    whole = answered_in_parts(answer, x, torch.ones(5), given, 2)

    assert torch.equal(whole, x + beside)
    assert [len(each) for each in asked] == [2, 2, 1]


@pytest.mark.parametrize("name", ["a.safetensors", "old.ckpt"])
def test_an_item_that_does_not_fit_is_told_with_what_it_needed_and_what_there_was(
    base: Path, runtime: Runtime, monkeypatch: pytest.MonkeyPatch, name: str
):
    write_ckpt(tiny_model(), checkpoint_path(base, "old.ckpt"), zipped=False)
    FakeDevice(runtime, monkeypatch, 0)

    with pytest.raises(OutOfMemory) as told:
        Evaluator(denoiser_of(runtime, name))(evaluations())

    assert "The diffusion model at 8 × 8 latent cells needs more memory" in told.value.message
    assert "Tried to allocate 7.00 GiB" in told.value.message
    assert "The machine has" in told.value.message


def test_other_failures_are_not_tried_again(runtime: Runtime):
    attempts: list[int] = []

    def fail() -> Tensor:
        attempts.append(1)
        raise RuntimeError("shapes do not fit")

    with pytest.raises(RuntimeError, match="shapes do not fit"):
        first_that_fits([Rung(fail), Rung(fail)], "It", "cpu", runtime.warn)

    assert attempts == [1]


def foreseen(runtime: Runtime, samples: float) -> Runtime:
    """Return surroundings with room for so many samples of 8 x 8 cells beside the network."""
    network = read_checkpoint("checkpoints", "a.safetensors", runtime)[0]
    numbers = Activations.of(Elastic(network, runtime, (1, 4, 8, 8)).config).numbers(64 * samples)
    memory = type(runtime.memory)(size_of_unet(runtime))
    return replace(runtime, memory=memory, room_bytes=round(4 * numbers))


def test_what_will_not_fit_beside_the_weights_has_fewer_of_them_there_bit_for_bit(
    runtime: Runtime, told: list[str]
):
    expected = Evaluator(denoiser_of(runtime))(evaluations())
    tight = foreseen(runtime, 5)

    answers = Evaluator(denoiser_of(tight))(evaluations())

    assert all(torch.equal(one, other) for one, other in zip(answers, expected, strict=True))
    assert tight.memory.used_bytes <= 0.5 * size_of_unet(runtime)
    assert "is going to take 0.0 GB, more than the 0.0 GB beside the weights, so 50% of" in told[0]


def test_what_steers_a_model_is_foreseen(runtime: Runtime, told: list[str]):
    fitting = foreseen(runtime, 6)
    model = read_checkpoint("checkpoints", "a.safetensors", runtime)[0]
    Elastic(model, fitting, (6, 4, 8, 8))
    assert told == []

    Elastic(model, fitting, (6, 4, 8, 8), steering_bytes=1)

    assert len(told) == 1


def test_batches_are_split_where_even_fewer_weights_leave_no_room(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch, told: list[str]
):
    tight = foreseen(runtime, 0.01)
    tight = replace(tight, memory=type(tight.memory)(size_of_unet(runtime) // 8))
    device = FakeDevice(tight, monkeypatch, float("inf"))

    Evaluator(denoiser_of(tight))(evaluations())

    assert max(device.asked) < 6
    assert [message.endswith("one sample is computed at a time.") for message in told] == [True]


def test_a_picture_that_takes_more_than_the_device_has_is_refused_before_it_is_sampled(
    runtime: Runtime,
):
    tight = foreseen(runtime, 0.1)
    devices = replace(tight.devices, memory_bytes=tight.room_bytes)

    with pytest.raises(OutOfMemory, match=r"takes 0\.0 GB for a single picture, but cpu has 0\.0"):
        denoiser_of(replace(tight, devices=devices))


def test_a_network_that_finds_no_room_when_it_is_loaded_is_streamed(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch, told: list[str]
):
    def refuse(*_: object, **named: object) -> None:
        raise torch.OutOfMemoryError("Tried to allocate 7.00 GiB")

    expected = Evaluator(denoiser_of(runtime))(evaluations(1))
    runtime.memory.forget_others(None)
    monkeypatch.setattr("engine.diffusion.networks.fitting.build", refuse)

    answers = Evaluator(denoiser_of(runtime))(evaluations(1))

    assert torch.equal(answers[0], expected[0])
    assert 'The diffusion model of "a.safetensors" needs more memory than there is' in told[0]


def test_a_network_that_finds_no_room_when_it_is_loaded_has_others_leave_first(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch, told: list[str]
):
    def crowded(*given: Any, **named: Any) -> Any:
        if runtime.memory.used_bytes:
            raise torch.OutOfMemoryError("Tried to allocate 7.00 GiB")
        return build(*given, **named)

    handle, _, vae = read_checkpoint("checkpoints", "a.safetensors", runtime)
    load_vae(vae, runtime)
    monkeypatch.setattr("engine.diffusion.networks.fitting.build", crowded)

    load_model(handle, runtime)

    assert [each.split(", so ")[1] for each in told] == [
        "other networks were taken out of the memory."
    ]


def test_a_text_without_room_is_encoded_in_parts_then_streamed(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch, told: list[str]
):
    clip = read_checkpoint("checkpoints", "a.safetensors", runtime)[1]
    text = "a cat " * 80
    expected = encode_text(clip, text, runtime).entries[0].encoding
    encoder = load_text_encoder(clip, runtime)
    whole = module_bytes(encoder)
    layer = type(encoder.encoder.layers[0])
    forward, asked = layer.forward, list[int]()

    def limited(self: Any, hidden: Tensor, *rest: Any, **named: Any) -> Any:
        asked.append(len(hidden))
        if len(hidden) > 1 or runtime.memory.used_bytes >= whole:
            raise torch.OutOfMemoryError("Tried to allocate 7.00 GiB")
        return forward(self, hidden, *rest, **named)

    monkeypatch.setattr(layer, "forward", limited)
    del encoder

    tokens = encode_text(clip, text, runtime).entries[0].encoding

    torch.testing.assert_close(tokens, expected, rtol=1e-5, atol=1e-5)
    assert asked[:2] == [3, 1]
    assert ["The text encoder needs" in message for message in told] == [True]
