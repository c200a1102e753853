"""What the nodes make of latents, against plain loops, scipy and the published formulas."""

import json
from collections.abc import Callable

import numpy as np
import pytest
import safetensors
import torch
from safetensors.torch import save_file
from scipy import ndimage
from torch import Tensor

from engine.context import Context
from engine.errors import BadValue, ModelError, PathError
from engine.paths import Folders
from engine.types import Latent
from engine.widgets import FileChoice
from nodes import latent_advanced as latents

Make = Callable[..., Context]


def noise(*shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(sum(shape)))


def places(count: int, start: int = 0) -> Tensor:
    """Return latents whose value is their place."""
    return torch.arange(start, start + count).float().reshape(-1, 1, 1, 1).expand(-1, 4, 2, 3)


def test_latents_are_added_subtracted_and_multiplied():
    first, second = noise(2, 4, 3, 5), noise(2, 4, 3, 5).flip(0)

    assert torch.equal(latents.add(Latent(first), Latent(second)).samples, first + second)
    assert torch.equal(latents.subtract(Latent(first), Latent(second)).samples, first - second)
    assert torch.equal(latents.multiply(Latent(first), -2.5).samples, first * -2.5)


def test_the_second_latent_is_repeated_and_resized_to_the_first():
    second = torch.tensor([1.0, 2.0]).reshape(2, 1, 1, 1).expand(2, 4, 4, 4)

    added = latents.add(Latent(torch.zeros(3, 4, 6, 8)), Latent(second))

    assert added.samples.shape == (3, 4, 6, 8)
    assert added.samples[:, 0, 0, 0].tolist() == pytest.approx([1.0, 2.0, 1.0])


def test_what_else_the_first_latent_holds_is_kept():
    first = Latent(noise(1, 4, 2, 2), noise_mask=torch.ones(1, 16, 16), batch_index=(5,))

    added = latents.add(first, Latent(noise(1, 4, 2, 2)))

    assert added.noise_mask is first.noise_mask
    assert added.batch_index == (5,)


@pytest.mark.parametrize("mix", [latents.add, latents.subtract, latents.batch])
def test_latents_of_unlike_models_are_not_mixed(mix: Callable[[Latent, Latent], Latent]):
    with pytest.raises(BadValue, match="2 by 2 cells with 16 channels does not go with"):
        mix(Latent(torch.zeros(1, 4, 2, 2)), Latent(torch.zeros(1, 16, 2, 2)))


def test_interpolation_mixes_directions_and_lengths_apart():
    first, second = noise(1, 4, 3, 3), 3 * noise(1, 4, 3, 3).flip(2)

    mixed = latents.interpolate(Latent(first), Latent(second), 0.3).samples

    a, b = first[0, :, 1, 2].numpy(), second[0, :, 1, 2].numpy()
    towards = 0.3 * a / np.linalg.norm(a) + 0.7 * b / np.linalg.norm(b)
    length = 0.3 * np.linalg.norm(a) + 0.7 * np.linalg.norm(b)
    expected = towards / np.linalg.norm(towards) * length
    assert np.allclose(mixed[0, :, 1, 2].numpy(), expected, atol=1e-5)


def test_interpolating_nothing_gives_nothing():
    nothing = Latent(torch.zeros(1, 4, 2, 2))

    assert torch.equal(latents.interpolate(nothing, nothing, 0.5).samples, nothing.samples)


def test_blending_weighs_the_first_latent():
    first, second = noise(1, 4, 3, 3), noise(1, 4, 3, 3).flip(2)

    blended = latents.blend(Latent(first), Latent(second), 0.25).samples

    assert torch.allclose(blended, 0.25 * first + 0.75 * second, atol=1e-6)


def test_batched_latents_keep_the_places_of_their_noise():
    joined = latents.batch(Latent(places(2), batch_index=(7, 9)), Latent(places(3)))

    assert joined.samples[:, 0, 0, 0].tolist() == [0.0, 1.0, 0.0, 1.0, 2.0]
    assert joined.batch_index == (7, 9, 0, 1, 2)


def test_a_fixed_seed_gives_all_latents_the_first_ones_noise():
    given = Latent(places(3), batch_index=(4, 5, 6))

    fixed = latents.batch_seed_behavior(given, "fixed")

    assert fixed.samples is given.samples
    assert fixed.batch_index == (4, 4, 4)
    assert latents.batch_seed_behavior(fixed, "random").batch_index is None
    assert latents.batch_seed_behavior(Latent(places(2)), "fixed").batch_index == (0, 0)


def test_latents_are_rebatched_with_the_places_of_one_batch():
    cut = latents.rebatch([Latent(places(3)), Latent(places(2))], [2])

    assert [each.samples[:, 0, 0, 0].tolist() for each in cut] == [[0.0, 1.0], [2.0, 0.0], [1.0]]
    assert [each.batch_index for each in cut] == [(0, 1), (2, 3), (4,)]
    assert all(each.noise_mask is None for each in cut)


def test_rebatched_latents_keep_their_masks():
    masked = Latent(places(2), noise_mask=torch.zeros(1, 2, 3))

    (cut,) = latents.rebatch([masked, Latent(places(1))], [8])

    assert cut.noise_mask is not None
    assert cut.noise_mask.shape == (3, 16, 24)
    assert cut.noise_mask.mean(dim=(1, 2)).tolist() == [0.0, 0.0, 1.0]


def test_a_batch_of_latents_ends_where_the_size_changes():
    cut = latents.rebatch([Latent(places(1)), Latent(noise(2, 4, 5, 5))], [4])

    assert [len(each.samples) for each in cut] == [1, 2]


@pytest.mark.parametrize(
    ("dim", "order", "axis"), [("x", "ab", 3), ("-x", "ba", 3), ("y", "ab", 2), ("-y", "ba", 2)]
)
def test_latents_are_put_beside_each_other(dim: str, order: str, axis: int):
    parts = {"a": noise(2, 4, 3, 3), "b": noise(1, 4, 3, 3)}

    joined = latents.concat(Latent(parts["a"]), Latent(parts["b"]), dim).samples

    whole = {name: np.broadcast_to(each.numpy(), (2, 4, 3, 3)) for name, each in parts.items()}
    assert np.array_equal(joined.numpy(), np.concatenate([whole[n] for n in order], axis=axis))


def test_films_are_put_behind_each_other_in_time():
    first, second = noise(1, 4, 2, 3, 3), noise(1, 4, 5, 3, 3)

    assert latents.concat(Latent(first), Latent(second), "t").samples.shape == (1, 4, 7, 3, 3)


def test_pictures_have_no_time():
    with pytest.raises(BadValue, match="have no time"):
        latents.concat(Latent(noise(1, 4, 3, 3)), Latent(noise(1, 4, 3, 3)), "t")
    with pytest.raises(BadValue, match="have no time"):
        latents.cut(Latent(noise(1, 4, 3, 3)), "t", 0, 1)


def test_latents_whose_other_sides_differ_are_not_put_beside_each_other():
    with pytest.raises(BadValue, match=r"3 by 3 cells .* and 3 by 4 cells .* do not fit"):
        latents.concat(Latent(noise(1, 4, 3, 3)), Latent(noise(1, 4, 4, 3)), "x")


@pytest.mark.parametrize(
    ("index", "amount", "span"),
    [(1, 2, slice(1, 3)), (-2, 9, slice(3, 5)), (9, 4, slice(4, 5)), (-99, 2, slice(0, 2))],
)
def test_a_strip_is_cut_out(index: int, amount: int, span: slice):
    given = noise(1, 4, 3, 5)

    assert torch.equal(latents.cut(Latent(given), "x", index, amount).samples, given[..., span])


def test_a_strip_is_cut_down_and_in_time():
    film = noise(1, 4, 6, 3, 3)

    assert torch.equal(latents.cut(Latent(film), "t", 2, 3).samples, film[:, :, 2:5])
    assert torch.equal(latents.cut(Latent(film), "y", 1, 1).samples, film[..., 1:2, :])


def test_sharpening_strengthens_directions_by_one_filter():
    given = noise(1, 4, 12, 12)

    operation = latents.operation_sharpen(2, 0.7, 0.1)
    sharpened = latents.apply_operation(Latent(given), operation).samples

    place = np.linspace(-1, 1, 5)
    weights = np.exp(-(place[:, None] ** 2 + place**2) / (2 * 0.7**2))
    weights *= -1 / weights.sum()
    weights[2, 2] += 2
    length = np.linalg.norm(given[0].numpy(), axis=0)
    expected = [
        length * ndimage.correlate(each / length, weights, mode="mirror")
        for each in given[0].numpy()
    ]
    assert np.allclose(sharpened[0].numpy(), np.stack(expected), atol=1e-4)


def test_tonemapping_presses_lengths_by_reinhards_curve():
    given = noise(2, 4, 5, 5)

    operation = latents.operation_tonemap_reinhard(0.5)
    mapped = latents.apply_operation(Latent(given), operation).samples

    for before, after in zip(given.numpy(), mapped.numpy(), strict=True):
        length = np.linalg.norm(before, axis=0)
        top = (length.std(ddof=1) * 5 + length.mean()) * 0.5
        expected = before / length * (top * (length / top) / (1 + length / top))
        assert np.allclose(after, expected, atol=1e-5)


def test_a_saved_latent_is_loaded_again(context: Make, folders: Folders):
    given = Latent(noise(2, 4, 3, 5).transpose(2, 3))

    result = latents.save_latent(given, context(), "latents/a")

    assert result.ui == {
        "latents": [{"filename": "a_00001_.latent", "subfolder": "latents", "type": "output"}]
    }
    loaded = latents.load_latent("latents/a_00001_.latent [output]", context())
    assert torch.equal(loaded.samples, given.samples)


def test_a_saved_latent_is_a_file_of_comfyui(context: Make, folders: Folders):
    prompt = {"1": {"class_type": "SaveLatent", "inputs": {}}}

    latents.save_latent(
        Latent(noise(1, 4, 2, 2)), context(prompt=prompt, extra_pnginfo={"workflow": {"a": 1}}), "a"
    )

    with safetensors.safe_open(folders.output / "a_00001_.latent", "pt") as file:
        assert set(file.keys()) == {"latent_tensor", "latent_format_version_0"}
        metadata = {key: json.loads(text) for key, text in file.metadata().items()}
    assert metadata == {"prompt": prompt, "workflow": {"a": 1}}


def test_an_old_file_is_scaled_back(context: Make, folders: Folders):
    save_file({"latent_tensor": torch.ones(1, 4, 2, 2).half()}, folders.input / "old.latent")

    loaded = latents.load_latent("old.latent", context()).samples

    assert loaded.dtype == torch.float32
    assert loaded[0, 0, 0, 0].item() == pytest.approx(1 / 0.18215)


def test_a_file_that_holds_no_latent_says_what_it_holds(context: Make, folders: Folders):
    save_file({"weight": torch.ones(1)}, folders.input / "a.latent")

    with pytest.raises(ModelError, match='holds no latent: it has "weight"'):
        latents.load_latent("a.latent", context())


def test_a_file_cut_short_is_refused(context: Make, folders: Folders):
    save_file({"latent_tensor": torch.ones(1, 4, 8, 8)}, folders.input / "a.latent")
    whole = (folders.input / "a.latent").read_bytes()
    (folders.input / "a.latent").write_bytes(whole[:-50])

    with pytest.raises(ModelError, match=r"a\.latent"):
        latents.load_latent("a.latent", context())


def test_a_latent_is_loaded_from_its_folders_only(context: Make):
    with pytest.raises(PathError):
        latents.load_latent("../a.latent", context())


def test_only_files_of_latents_are_offered(folders: Folders):
    for name in ("a.latent", "b.png"):
        (folders.input / name).touch()

    assert latents.LATENT.options(folders) == {"options": ["a.latent"]}
    assert FileChoice(kind="input").options(folders) == {"options": ["b.png"]}
