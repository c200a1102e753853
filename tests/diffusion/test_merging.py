"""Merged networks against the sums that they are, tensor by tensor."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from engine.diffusion.networks.weights import load_model, load_text_encoder, read_checkpoint
from engine.diffusion.patches.patching import merged, with_lora, with_unet_attention
from engine.errors import ModelError
from engine.runtime import Runtime
from engine.types import ClipHandle, ModelHandle
from tests.diffusion.lora_files import adapted_modules, make
from tests.tiny_models import (
    State,
    TinyModel,
    checkpoint_path,
    cpu_runtime,
    original_state,
    original_unet_name,
    tiny_model,
)


@pytest.fixture(scope="module")
def states() -> tuple[State, State]:
    """Return two models of one kind, neither with a zero in it, in the original layout."""
    first = original_state(tiny_model())
    return first, {name: moved(name, tensor) for name, tensor in first.items()}


def moved(name: str, tensor: Tensor) -> Tensor:
    if not tensor.is_floating_point():
        return tensor
    generator = torch.Generator().manual_seed(len(name))
    return tensor * 0.5 + torch.randn(tensor.shape, generator=generator) * 0.1


@pytest.fixture
def base(tmp_path: Path, states: tuple[State, State]) -> Path:
    for name, state in zip("ab", states, strict=True):
        save_file(state, checkpoint_path(tmp_path, f"{name}.safetensors"))
    (tmp_path / "models" / "loras").mkdir()
    return tmp_path


def handles(runtime: Runtime, part: int = 0) -> tuple[ModelHandle, ModelHandle]:
    first, second = (
        read_checkpoint("checkpoints", f"{name}.safetensors", runtime)[part] for name in "ab"
    )
    return first, second  # pyright: ignore[reportReturnType]


def tensors(handle: ModelHandle | ClipHandle, runtime: Runtime) -> dict[str, Tensor]:
    network: nn.Module = (
        load_model(handle, runtime).unet
        if isinstance(handle, ModelHandle)
        else load_text_encoder(handle, runtime)
    )
    return dict(network.named_parameters())


def are_equal(mine: Mapping[str, Tensor], theirs: Mapping[str, Tensor]) -> bool:
    """Say whether tensors are equal bit for bit, zeros of either sign and what is no number too."""
    return all(torch.equal(bits(mine[name]), bits(theirs[name])) for name in mine)


def bits(tensor: Tensor) -> Tensor:
    return tensor.detach().view(torch.uint8)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16"])
@pytest.mark.parametrize("part", [0, 1])
def test_a_ratio_of_one_or_nothing_gives_a_parent_bit_for_bit(base: Path, dtype: str, part: int):
    runtime = cpu_runtime(base, dtype)
    first, second = handles(runtime, part)

    one = tensors(merged(first, second, "mix", {"": 1.0}, runtime), runtime)
    nothing = tensors(merged(first, second, "mix", {"": 0.0}, runtime), runtime)

    assert are_equal(one, tensors(first, runtime))
    assert are_equal(nothing, tensors(second, runtime))


def test_a_parent_is_whole_at_its_ratio_whatever_the_other_one_holds(
    base: Path, states: tuple[State, State]
):
    name = "model.diffusion_model.out.2.weight"
    for path, state, number in zip("ab", states, (torch.inf, -0.0), strict=True):
        changed = state | {name: torch.full_like(state[name], number)}
        save_file(changed, checkpoint_path(base, f"{path}.safetensors"))
    runtime = cpu_runtime(base)
    first, second = handles(runtime)

    nothing = tensors(merged(first, second, "mix", {"": 0.0}, runtime), runtime)
    one = tensors(merged(second, first, "mix", {"": 1.0}, runtime), runtime)

    assert are_equal(nothing, tensors(second, runtime))
    assert are_equal(one, tensors(second, runtime))


@pytest.mark.parametrize(
    ("mode", "number", "factors"),
    [("mix", 0.3, (0.3, 0.7)), ("add", 1.0, (1, 1)), ("subtract", 2.5, (2.5, -2.5))],
)
@pytest.mark.parametrize("part", [0, 1])
def test_a_merge_is_a_sum_of_its_parents(
    base: Path, mode: str, number: float, factors: tuple[float, float], part: int
):
    runtime = cpu_runtime(base)
    first, second = handles(runtime, part)
    parents = tensors(first, runtime), tensors(second, runtime)

    result = tensors(merged(first, second, mode, {"": number}, runtime), runtime)

    for name, tensor in result.items():
        expected = factors[0] * parents[0][name].double() + factors[1] * parents[1][name].double()
        torch.testing.assert_close(tensor.double(), expected, rtol=1e-5, atol=1e-6)


def test_the_difference_of_two_added_to_a_third_is_the_classic_mode(base: Path):
    runtime = cpu_runtime(base)
    first, second = handles(runtime)

    difference = merged(second, first, "subtract", {"": 0.5}, runtime)
    result = tensors(merged(first, difference, "add", {"": 1.0}, runtime), runtime)

    parents = tensors(first, runtime), tensors(second, runtime)
    for name, tensor in result.items():
        expected = parents[0][name] + 0.5 * (parents[1][name] - parents[0][name])
        torch.testing.assert_close(tensor, expected, rtol=1e-5, atol=1e-6)


def test_the_longest_start_of_a_name_says_the_ratio(base: Path):
    runtime = cpu_runtime(base)
    first, second = handles(runtime)
    ratios = {"": 1.0, "input_blocks.1.": 0.0, "input": 0.25, "out.": 0.0}

    result = tensors(merged(first, second, "mix", ratios, runtime), runtime)

    parents = tensors(first, runtime), tensors(second, runtime)
    for name, tensor in result.items():
        old = original_unet_name(name)
        if old.startswith(("input_blocks.1.", "out.")):
            assert torch.equal(tensor, parents[1][name])
        elif old.startswith("input"):
            expected = 0.25 * parents[0][name] + 0.75 * parents[1][name]
            torch.testing.assert_close(tensor, expected)
        else:
            assert torch.equal(tensor, parents[0][name])


def test_patches_of_the_second_parent_are_merged_with_it(base: Path):
    runtime = cpu_runtime(base)
    first, second = handles(runtime)
    unet = load_model(second, runtime).unet
    made, _ = make(unet, lambda n: f"unet.{n}", "PEFT", adapted_modules(unet)[:5])
    save_file(made, base / "models" / "loras" / "x.safetensors")
    patched = with_lora(second, "x.safetensors", 1.0, runtime)

    result = tensors(merged(first, patched, "mix", {"": 0.0}, runtime), runtime)

    assert are_equal(result, tensors(patched, runtime))


def test_both_parents_stay_as_they_are(base: Path):
    runtime = cpu_runtime(base)
    first, second = handles(runtime)
    before = [
        {name: tensor.clone() for name, tensor in tensors(each, runtime).items()}
        for each in (first, second)
    ]

    tensors(merged(first, second, "mix", {"": 0.5}, runtime), runtime)

    assert are_equal(tensors(first, runtime), before[0])
    assert are_equal(tensors(second, runtime), before[1])


def test_an_inpainting_model_keeps_its_first_convolution(base: Path, states: tuple[State, State]):
    name = "model.diffusion_model.input_blocks.0.0.weight"
    nine = torch.cat([states[1][name], torch.ones(32, 5, 3, 3)], dim=1)
    save_file(states[1] | {name: nine}, checkpoint_path(base, "b.safetensors"))
    runtime = cpu_runtime(base)
    first, inpainting = handles(runtime)

    result = tensors(merged(inpainting, first, "mix", {"": 0.0}, runtime), runtime)

    assert torch.equal(result.pop("conv_in.weight"), nine)
    assert are_equal(result, tensors(first, runtime))


def test_networks_of_two_kinds_are_refused_with_both_names(base: Path, states: tuple[State, State]):
    wider = TinyModelOf(width=96)
    save_file(original_state(wider), checkpoint_path(base, "b.safetensors"))
    runtime = cpu_runtime(base)
    first, second = handles(runtime, part=1)

    with pytest.raises(ModelError, match=r'"a.safetensors" and "b.safetensors" can not be merged'):
        merged(first, second, "mix", {"": 0.5}, runtime)


def TinyModelOf(width: int) -> TinyModel:
    model = tiny_model()
    config = model.text_encoder.config
    config.hidden_size = width
    return TinyModel(model.unet, model.vae, type(model.text_encoder)(config))


@pytest.mark.parametrize("attention", ["attn1", "attn2"])
def test_attention_is_multiplied_with_its_biases(base: Path, attention: str):
    runtime = cpu_runtime(base)
    plain = handles(runtime)[0]
    before = tensors(plain, runtime)

    result = tensors(with_unet_attention(plain, attention, q=2.0, k=1.0, v=0.5, out=3.0), runtime)

    factors = {"to_q": 2.0, "to_k": 1.0, "to_v": 0.5, "to_out.0": 3.0}
    for name, tensor in result.items():
        module = name.rpartition(".")[0]
        factor = next((f for e, f in factors.items() if module.endswith(f"{attention}.{e}")), 1.0)
        assert torch.equal(tensor, before[name] * factor)
