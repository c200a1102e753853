import torch

from engine.types import Cond, Conditioning, ControlNetHandle, Weights
from nodes import control

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
