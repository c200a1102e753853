"""Controls of one side that others share, and of areas."""

from __future__ import annotations

from dataclasses import replace

import torch

from engine.diffusion.control.applied import Applied, shared_with_others
from engine.diffusion.denoising.regions import Attach, regions_of
from engine.types import Cond, Conditioning, Control
from tests.mixture import MODELS

ENCODING, HINT = torch.zeros(1, 1, 1), torch.zeros(1, 8, 8, 3)
OWN = Control(None, HINT, 1.0)  # pyright: ignore[reportArgumentType]
SHARED = replace(OWN, strength=0.5, is_for_both=True)


def entries(*controls: tuple[Control, ...]) -> Conditioning:
    """Return one entry for each, told apart by its strength."""
    return Conditioning(
        tuple(
            Cond(ENCODING, strength=number, controls=each)
            for number, each in enumerate(controls, 1)
        )
    )


def steering(side: Conditioning) -> list[tuple[float, ...]]:
    return [tuple(control.strength for control in entry.controls) for entry in side.entries]


def test_the_last_control_says_whether_its_row_is_for_the_other_sides():
    shared = shared_with_others({"positive": entries((OWN, SHARED)), "middle": entries(())})
    kept = shared_with_others({"positive": entries((SHARED, OWN)), "middle": entries(())})

    assert steering(shared["middle"]) == [(1.0, 0.5)]
    assert steering(kept["middle"]) == [()]


def test_of_several_controls_for_one_entry_the_last_is_shared():
    other = replace(SHARED, strength=0.25)

    made = shared_with_others({"positive": entries((SHARED,), (other,)), "negative": entries(())})

    assert steering(made["negative"]) == [(0.25,)]


def test_sides_with_controls_of_their_own_keep_them_but_for_those_of_areas():
    areas = entries((OWN,)).each(area=(1, 1, 0, 0))

    own, free = (
        shared_with_others({"positive": entries((SHARED,)), "negative": each})["negative"]
        for each in (entries((OWN,), ()), areas + entries(()))
    )

    assert steering(own) == [(1.0,), ()]
    assert steering(free) == [(1.0,), (0.5,)]


def test_what_is_asked_about_an_area_on_the_other_side_is_steered_as_there():
    steered = Applied(None, HINT, 1.0, 9.0, 0.0)  # pyright: ignore[reportArgumentType]
    attach = Attach(controls=lambda cond: (steered,) if cond.controls else ())
    sides = {"positive": entries((OWN,)).each(area=(8, 8, 0, 0)), "negative": entries(())}

    regions = regions_of(sides, torch.zeros(1, 4, 16, 16), MODELS["sd1"], attach)["negative"]

    assert [(region.area, region.controls) for region in regions] == [
        (None, ()),
        ((8, 8, 0, 0), (steered,)),
    ]
