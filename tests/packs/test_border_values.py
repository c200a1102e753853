from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.diffusion.denoising.noise import initial_noise
from engine.errors import NodeError
from engine.packs.border import WrongKind, all_inward, inward, outward
from engine.results import Blocker
from engine.spec import NodeSpec, OutputSpec
from engine.types import Cond, Conditioning, Control, ControlNetHandle, Latent, Noise, Weights

SAMPLES, MASK = torch.zeros(1, 4, 2, 2), torch.ones(1, 2, 2)
_words = st.text("abcdef", min_size=1, max_size=6)
#: What a pack may keep under keys of its own.
_own = st.recursive(
    st.integers() | st.booleans() | _words | st.none() | st.just(MASK),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_words, inner, max_size=3),
    max_leaves=6,
)
_extras = st.dictionaries(_words, _own, max_size=3)
_parts = st.floats(0, 1)
STEERING = Control(ControlNetHandle(Weights("controlnet", "a", "0", "controlnet", "sd1")), SAMPLES)


@st.composite
def latents(draw: st.DrawFn) -> Latent:
    index = draw(st.none() | st.lists(st.integers(0, 9), max_size=3).map(tuple))
    mask = draw(st.sampled_from([None, MASK, MASK[None], MASK[0]]))
    return Latent(SAMPLES, mask, index, draw(_extras))


@st.composite
def conditionings(draw: st.DrawFn) -> Conditioning:
    def entry() -> Cond:
        return Cond(
            SAMPLES,
            draw(st.sampled_from([None, MASK])),
            draw(_parts),
            draw(st.sampled_from([None, (8, 8, 0, 0), ("percentage", 0.5, 0.5, 0.0, 0.0)])),
            draw(st.sampled_from([None, MASK])),
            draw(_parts),
            draw(st.booleans()),
            draw(_parts),
            draw(_parts),
            draw(st.sampled_from([(), (STEERING,)])),
            draw(_extras),
        )

    return Conditioning(tuple(entry() for _ in range(draw(st.integers(0, 2)))))


# the same tensors on both sides are equal by identity, which is what `==` of containers asks first


@given(latents())
def test_latent_comes_back_as_it_was(latent: Latent):
    assert inward(outward(latent), "LATENT") == latent


@given(conditionings())
def test_conditioning_comes_back_as_it_was(conditioning: Conditioning):
    assert inward(outward(conditioning), "CONDITIONING") == conditioning


@given(_extras)
def test_dict_of_a_pack_comes_out_as_it_went_in(extra: dict[str, Any]):
    given_dict = {"samples": SAMPLES, "noise_mask": MASK, "batch_index": [0, 2], **extra}

    assert outward(inward(given_dict, "LATENT")) == given_dict


@given(_extras)
def test_list_of_a_pack_comes_out_as_it_went_in(extra: dict[str, Any]):
    given_list = [[SAMPLES, {"pooled_output": MASK, "strength": 0.5, **extra}]]

    assert outward(inward(given_list, "CONDITIONING")) == given_list


def test_latent_becomes_a_dict_with_only_what_it_has():
    assert outward(Latent(SAMPLES)) == {"samples": SAMPLES}


def test_conditioning_becomes_pairs_under_comfyui_names():
    entry = Cond(SAMPLES, MASK, mask=MASK, set_area_to_bounds=True, start_percent=0.5)

    assert outward(Conditioning((entry,))) == [
        [
            SAMPLES,
            {
                "pooled_output": MASK,
                "mask": MASK,
                "set_area_to_bounds": True,
                "start_percent": 0.5,
            },
        ]
    ]


def test_containers_among_the_unknown_keys_are_fresh():
    kept = {"list": [1, {"a": 2}], "tensor": MASK}

    first = outward(Latent(SAMPLES, extra=MappingProxyType(kept)))
    first["list"][1]["a"] = 3

    assert kept["list"] == [1, {"a": 2}]
    assert first["tensor"] is MASK


def test_lists_are_walked_through():
    assert outward([Latent(SAMPLES), 1]) == [{"samples": SAMPLES}, 1]


@pytest.mark.parametrize("value", [1, "a", None, MASK, (1, 2), object()])
def test_other_values_go_out_as_they_are(value: Any):
    assert outward(value) is value


@pytest.mark.parametrize(
    ("key", "value"), [("strength", "a lot"), ("mask", "none"), ("area", 7), ("area", [None])]
)
def test_known_key_with_an_odd_value_is_kept_as_it_is(key: str, value: Any):
    given_list = [[SAMPLES, {key: value}]]

    assert outward(inward(given_list, "CONDITIONING")) == given_list


@pytest.mark.parametrize("type_", ["*", "LATENT,IMAGE", "IMAGE,CONDITIONING"])
def test_value_of_an_open_type_is_taken_for_what_it_looks_like(type_: str):
    assert isinstance(inward({"samples": SAMPLES}, type_), Latent)
    assert isinstance(inward([[SAMPLES, {}]], type_), Conditioning)
    assert inward({"samples": "no tensor"}, type_) == {"samples": "no tensor"}
    assert inward([], type_) == []
    assert inward(MASK, type_) is MASK


def test_value_of_a_type_of_the_pack_comes_in_as_it_is():
    value = {"samples": SAMPLES}

    assert inward(value, "BUNDLE") is value


@pytest.mark.parametrize("type_", ["IMAGE", "LATENT", "CONDITIONING", "*"])
@pytest.mark.parametrize("value", [None, Blocker(), Blocker("no")])
def test_nothing_and_blockers_pass(type_: str, value: Any):
    assert inward(value, type_) is value


@pytest.mark.parametrize("type_", ["LATENT", "CONDITIONING"])
def test_our_own_classes_pass(type_: str):
    value = Latent(SAMPLES) if type_ == "LATENT" else Conditioning()

    assert inward(value, type_) is value


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("IMAGE", "a.png"),
        ("IMAGE", np.zeros((1, 8, 8, 3))),
        ("IMAGE", [MASK]),
        ("MASK", 1.0),
        ("SIGMAS", [1.0, 0.0]),
        ("LATENT", SAMPLES),
        ("LATENT", {"sample": SAMPLES}),
        ("LATENT", {"samples": None}),
        ("CONDITIONING", SAMPLES),
        ("CONDITIONING", [SAMPLES]),
        ("CONDITIONING", [[SAMPLES]]),
        ("CONDITIONING", {"cond": SAMPLES}),
    ],
)
def test_what_is_plainly_something_else_is_refused(type_: str, value: Any):
    with pytest.raises(WrongKind, match=f"is declared {type_}, but gave "):
        inward(value, type_)


def test_error_names_output_node_type_and_pack():
    spec = NodeSpec("Paint", len, outputs=(OutputSpec("picture", "IMAGE"),), source="brushes")

    with pytest.raises(NodeError) as raised:
        all_inward(spec, ["red"])

    assert raised.value.message == (
        'Output "picture" of node type "Paint" (pack "brushes") is declared IMAGE, '
        "but gave str 'red'."
    )


def test_items_of_a_list_output_are_each_taken_in():
    spec = NodeSpec("Many", len, outputs=(OutputSpec("all", "LATENT", is_list=True),), source="p")

    assert all_inward(spec, [[{"samples": SAMPLES}]]) == [[Latent(SAMPLES)]]


@pytest.mark.parametrize("index", [None, [2, 0]])
def test_noise_draws_for_a_pack_what_sampling_would_draw(index: list[int] | None):
    noise = outward(Noise(7))
    latent = {"samples": SAMPLES.repeat(2, 1, 1, 1)}
    given = latent if index is None else {**latent, "batch_index": index}

    drawn = noise.generate_noise(given)

    assert noise.seed == 7
    assert torch.equal(drawn, initial_noise(latent["samples"].shape, 7, index))


def test_no_noise_is_zeros_of_seed_0_for_a_pack():
    noise = outward(Noise())

    assert noise.seed == 0
    assert not noise.generate_noise({"samples": SAMPLES}).any()


@pytest.mark.parametrize("type_", ["NOISE", "*", "NOISE,LATENT"])
def test_noise_comes_back_as_it_was(type_: str):
    assert inward(outward(Noise(7)), type_) == Noise(7)


def test_noise_that_a_pack_made_stays_its_own():
    theirs = object()

    assert inward(theirs, "NOISE") is theirs
