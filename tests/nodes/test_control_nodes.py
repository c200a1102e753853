from collections.abc import Callable

import pytest
import torch

from engine.context import Context
from engine.errors import ModelError
from engine.paths import Folders
from engine.types import Cond, Conditioning, ControlNetHandle, Weights
from nodes import control
from tests.diffusion.control_files import small_controlnet, write_controlnet
from tests.nodes.known_models import MODEL

TEXT = Conditioning((Cond(torch.zeros(1, 2, 3)), Cond(torch.ones(1, 2, 3))))
NET = ControlNetHandle(Weights("controlnet", "a.safetensors", "0", "controlnet", "sd1"))
IMAGE = torch.rand(1, 8, 8, 3)


def test_every_entry_of_both_sides_is_steered():
    made = control.apply_advanced(TEXT, TEXT, NET, IMAGE, 0.5, 0.25, 0.75)

    for side in (made.positive, made.negative):
        for entry in side.entries:
            (added,) = entry.controls
            assert (added.strength, added.start_percent, added.end_percent) == (0.5, 0.25, 0.75)
            assert added.hint is IMAGE
    assert TEXT.entries[0].controls == ()


def test_a_second_control_comes_after_the_first():
    once = control.apply_advanced(TEXT, TEXT, NET, IMAGE, 0.5, 0.0, 1.0)
    twice = control.apply_advanced(*once, NET, IMAGE, 0.25, 0.0, 1.0)

    assert [each.strength for each in twice.positive.entries[1].controls] == [0.5, 0.25]


def test_no_strength_changes_nothing():
    made = control.apply_advanced(TEXT, TEXT, NET, IMAGE, 0.0, 0.0, 1.0)

    assert made.positive is TEXT
    assert control.apply(TEXT, NET, IMAGE, 0.0) is TEXT


def test_the_old_node_steers_the_negative_side_too():
    (added, *_) = control.apply(TEXT, NET, IMAGE, 0.5).entries[0].controls

    assert added.is_for_both


@pytest.fixture
def files(folders: Folders) -> None:
    """Write a ControlNet, plain and as differences."""
    kept = folders.base / "models" / "controlnet"
    kept.mkdir(parents=True)
    write_controlnet(small_controlnet(), kept / "plain.safetensors", "original")
    added = {"difference": torch.zeros(1)}
    write_controlnet(small_controlnet(), kept / "diff.safetensors", "original", **added)


@pytest.mark.usefixtures("files")
def test_differences_go_with_the_model_that_they_add_to(context: Callable[..., Context]):
    net = control.load_difference(MODEL, "diff.safetensors", context())

    assert (net.weights.name, net.base) == ("diff.safetensors", MODEL)


@pytest.mark.usefixtures("files")
def test_a_whole_controlnet_needs_no_model(context: Callable[..., Context]):
    net = control.load_controlnet("plain.safetensors", context())

    assert net == control.load_difference(MODEL, "plain.safetensors", context())
    assert net.base is None


@pytest.mark.usefixtures("files")
def test_differences_alone_are_refused_with_what_would_fit(context: Callable[..., Context]):
    with pytest.raises(ModelError, match=r"Load ControlNet Model \(diff\)"):
        control.load_controlnet("diff.safetensors", context())
