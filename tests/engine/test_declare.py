import types
import typing
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any, NamedTuple

import pytest

from engine import (
    Anything,
    Blocker,
    Choice,
    Context,
    FileChoice,
    Float,
    Growing,
    Hidden,
    Image,
    InputSpec,
    Int,
    Latent,
    Mask,
    Match,
    NodeResult,
    Seed,
    Steps,
    Text,
    Unit,
    Variants,
    node,
)
from engine.declare import specs_in
from engine.widgets import SEED_MAX
from tests.engine.declaring import declared


def input_of(function: Callable[..., Any], **facts: Any) -> InputSpec:
    """Return the first input of a function declared as a node."""
    return declared(function, **facts).inputs[0]


# inputs


@pytest.mark.parametrize(
    ("kind", "socket", "widget"),
    [
        (int, "INT", Int()),
        (float, "FLOAT", Float()),
        (str, "STRING", Text()),
        (Steps, "INT", Int(default=20, min=1, max=10_000)),
        (Latent, "LATENT", None),
        (Image, "IMAGE", None),
        (Anything, "*", None),
    ],
)
def test_an_annotation_says_the_socket_type_and_the_widget(kind: Any, socket: str, widget: Any):
    def blur(x: kind) -> Image: ...  # pyright: ignore

    given = input_of(blur)

    assert (given.name, given.type, given.widget) == ("x", socket, widget)
    assert given.required


def test_a_default_goes_into_the_widget():
    def blur(radius: Unit = 0.25) -> Image: ...

    given = input_of(blur)

    assert given.widget == Float(default=0.25, min=0.0, max=1.0, step=0.01)
    assert given.has_default


def test_a_default_is_brought_into_the_form_its_values_have():
    def blur(radius: Unit = 1) -> Image: ...

    given = input_of(blur)

    assert given.widget is not None
    assert type(given.widget.default) is float


def test_a_widget_without_a_default_has_to_be_given():
    def blur(radius: int) -> Image: ...

    given = input_of(blur)

    assert given.required
    assert not given.has_default


def test_a_named_constraint_brings_its_default():
    def draw(seed: Seed) -> Latent: ...

    assert input_of(draw).has_default


def test_none_as_default_makes_an_optional_socket():
    def blur(mask: Mask | None = None) -> Image: ...

    given = input_of(blur)

    assert (given.type, given.required, given.has_default) == ("MASK", False, False)


def test_a_default_without_a_widget_makes_an_optional_socket():
    def show(value: Anything = "nothing") -> Image: ...

    given = input_of(show)

    assert (given.widget, given.required) == (None, False)


def test_an_optional_value_keeps_its_widget():
    def draw(seed: Seed | None = None) -> Latent: ...

    given = input_of(draw)

    assert given.widget == Int(default=None, min=0, max=SEED_MAX, control=True)
    assert (given.required, given.has_default) == (False, False)


def test_typing_optional_is_understood():
    def blur(mask: typing.Optional[Mask] = None) -> Image: ...  # noqa: UP045 people write it

    assert not input_of(blur).required


def test_a_list_is_taken_whole():
    def join(images: list[Image]) -> Image: ...

    given = input_of(join)

    assert (given.type, given.takes_list) == ("IMAGE", True)


def test_a_context_is_no_socket():
    def save(image: Image, ctx: Context) -> NodeResult: ...

    spec = declared(save)

    assert [each.name for each in spec.inputs] == ["image"]
    assert spec.hidden == {"ctx": "context"}


def test_hidden_parameters_are_no_sockets():
    def save(image: Image, me: Annotated[str, Hidden("unique_id")]) -> NodeResult: ...

    spec = declared(save)

    assert [each.name for each in spec.inputs] == ["image"]
    assert spec.hidden == {"me": "unique_id"}


def test_matched_sockets_take_anything():
    def either(
        a: Annotated[Any, Match("T")], b: Annotated[Any, Match("T")]
    ) -> Annotated[Any, Match("T")]: ...

    spec = declared(either)

    assert [(each.type, each.match) for each in (*spec.inputs, *spec.outputs)] == [("*", "T")] * 3
    assert spec.has_matched_types


def test_a_growing_input_has_the_type_of_its_items():
    growing = Growing(InputSpec("image", "IMAGE"), prefix="image")

    def join(images: Annotated[dict[str, Image], growing]) -> Image: ...

    spec = declared(join)

    assert (spec.inputs[0].type, spec.inputs[0].dynamic) == ("IMAGE", growing)
    assert spec.is_dynamic


def test_a_choice_with_inputs_of_its_own_is_a_combo():
    variants = Variants({"none": (), "gauss": (InputSpec("radius", "FLOAT", Float()),)})

    def blur(mode: Annotated[dict[str, Any], variants]) -> Image: ...

    given = input_of(blur)

    assert (given.type, given.dynamic) == ("COMBO", variants)


def test_inputs_that_name_files_are_marked():
    def load(image: Annotated[str, FileChoice()], title: str = "") -> Image: ...

    assert [each.name for each in declared(load).file_inputs] == ["image"]


def test_facts_about_inputs_are_taken_from_the_decorator():
    def switch(on: bool, a: Anything, b: Anything, n: int = 0) -> Anything: ...

    spec = declared(switch, lazy={"a"}, raw_links={"b"}, sockets={"n"})

    assert {each.name for each in spec.inputs if each.lazy} == {"a"}
    assert [each.name for each in spec.inputs if each.raw_link] == ["b"]
    assert [each.name for each in spec.inputs if each.socket_only] == ["n"]


def test_a_choice_that_asks_the_disk_is_not_asked_when_it_is_declared():
    def names() -> list[str]:
        raise AssertionError

    def load(name: Annotated[str, Choice(choices=names)] = "a") -> Image: ...

    given = input_of(load)

    assert given.widget == replace(Choice(choices=names), default="a")


# outputs


class Halves(NamedTuple):
    left: Image
    masks: list[Mask]


def nothing() -> None: ...
def shown() -> NodeResult: ...
def one() -> Latent: ...
def several() -> tuple[Image, Mask]: ...
def listed() -> list[int]: ...
def named() -> Halves: ...
def whatever() -> Any: ...


@pytest.mark.parametrize(
    ("function", "outputs"),
    [
        (nothing, []),
        (shown, []),
        (one, [("LATENT", "LATENT", False)]),
        (several, [("IMAGE", "IMAGE", False), ("MASK", "MASK", False)]),
        (listed, [("INT", "INT", True)]),
        (named, [("left", "IMAGE", False), ("masks", "MASK", True)]),
        (whatever, [("*", "*", False)]),
    ],
)
def test_the_return_annotation_says_the_outputs(
    function: Callable[..., Any], outputs: list[tuple[str, str, bool]]
):
    spec = declared(function)

    assert [(each.name, each.type, each.is_list) for each in spec.outputs] == outputs


def test_result_with_something_to_show_says_its_outputs_in_brackets():
    def shown(value: int) -> NodeResult[tuple[int, str]]:
        return NodeResult((value, "text"), ui={"text": ["text"]})

    assert [each.type for each in declared(shown).outputs] == ["INT", "STRING"]


def test_blocker_in_a_return_annotation_is_no_type():
    def stop(value: int) -> int | Blocker:
        return Blocker()

    [output] = declared(stop).outputs

    assert (output.type, output.is_list) == ("INT", False)


# names and texts


def test_id_and_title_are_made_from_the_name():
    def set_latent_noise_mask(samples: Latent) -> Latent: ...

    spec = declared(set_latent_noise_mask)

    assert (spec.id, spec.title) == ("SetLatentNoiseMask", "Set Latent Noise Mask")


def test_id_and_title_may_be_given():
    def decode(samples: Latent) -> Image: ...

    spec = declared(decode, id="VAEDecode", title="VAE Decode")

    assert (spec.id, spec.title) == ("VAEDecode", "VAE Decode")


def documented(image: Image, radius: float, mode: str, plain: int) -> Image:
    """Blur a picture.

    Slowly, but surely.

    Args:
        image: Source; it is
            not changed.
        radius: In pixels: 0 changes nothing.
        mode:
            How the border is filled.

    Raises:
        ValueError: never.
    """
    return image


def test_the_docstring_is_the_description_and_the_tooltips():
    spec = declared(documented)

    assert spec.description == "Blur a picture.\n\nSlowly, but surely."
    assert {each.name: each.tooltip for each in spec.inputs} == {
        "image": "Source; it is not changed.",
        "radius": "In pixels: 0 changes nothing.",
        "mode": "How the border is filled.",
        "plain": "",
    }


def test_a_node_without_a_docstring_has_no_texts():
    def blur(image: Image) -> Image: ...

    spec = declared(blur)

    assert (spec.description, spec.inputs[0].tooltip) == ("", "")


def test_the_function_stays_callable():
    @node(category="toy")
    def double(value: int) -> int:
        return 2 * value

    assert double(4) == 8


def test_an_async_function_is_marked():
    async def wait(value: int) -> int: ...

    assert declared(wait).is_async


def test_a_modules_own_nodes_are_found_in_order():
    module = types.ModuleType("toys")
    source = (
        "from engine import node\n"
        "from tests.fakes import show\n"
        "@node(category='toy')\ndef second() -> int: ...\n"
        "@node(category='toy')\ndef first() -> int: ...\n"
        "def helper() -> int: ...\n"
    )
    exec(source, module.__dict__)

    assert [spec.id for spec in specs_in(module)] == ["Second", "First"]


def test_a_node_takes_inputs_whose_names_no_parameter_can_have():
    more = [InputSpec("block.1.", "FLOAT", Float(default=0.5), has_default=True)]

    def blocks(image: Image, **ratios: float) -> Image: ...

    spec = declared(blocks, more=more)

    assert list(spec.by_name) == ["image", "block.1."]
