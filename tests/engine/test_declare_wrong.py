import re
import typing
from collections.abc import Callable
from typing import Annotated, Any, NamedTuple

import pytest

from engine import (
    Choice,
    Hidden,
    Image,
    Mask,
    Steps,
)
from engine.errors import DeclarationError
from tests.engine.declaring import declared


def refusal(function: Callable[..., Any], **facts: Any) -> str:
    """Return what is said when a function is declared wrongly."""
    with pytest.raises(DeclarationError) as caught:
        declared(function, **facts)
    return caught.value.message


def test_a_refusal_names_the_file_and_the_line_of_the_node():
    def blur(image) -> Image: ...  # pyright: ignore[reportMissingParameterType,reportUnknownParameterType]

    line = blur.__code__.co_firstlineno

    assert f"({__file__}:{line})" in refusal(blur)


def untyped(image) -> Image: ...  # pyright: ignore[reportMissingParameterType,reportUnknownParameterType]
def unreturned(image: Image): ...
def odd_type(image: bytes) -> Image: ...
def two_types(image: Image | Mask) -> Image: ...
def odd_return(image: Image) -> bytes: ...
def many_inputs(*images: Image) -> Image: ...
def named_inputs(**images: Image) -> Image: ...
def out_of_range(steps: Steps = 0) -> Image: ...
def odd_default(how: Annotated[str, Choice(choices=("box", "disk"))] = "cone") -> Image: ...
def odd_hidden(me: Annotated[str, Hidden("unique")]) -> Image: ...
def unknown_name(image: "Nonesuch") -> Image: ...  # noqa: F821  # pyright: ignore
def unknown_attribute(image: "typing.Nonesuch") -> Image: ...  # pyright: ignore
def no_syntax(image: "1 +") -> Image: ...  # noqa: F722  # pyright: ignore
def bare_list(images: typing.List) -> Image: ...  # noqa: UP006  # pyright: ignore
def fine(image: Image) -> Image: ...


@pytest.mark.parametrize(
    ("function", "facts", "said"),
    [
        (untyped, {}, 'does not say the type of "image"; annotate it'),
        (unreturned, {}, "does not say what it returns; annotate the return value"),
        (odd_type, {}, 'takes "image" of a type that is no socket type; mark it'),
        (two_types, {}, 'takes "image" of a type that is no socket type; mark it'),
        (bare_list, {}, 'takes "images" of a type that is no socket type; mark it'),
        (odd_return, {}, "returns <class 'bytes'>, which is no socket type; mark it"),
        (many_inputs, {}, 'takes "*images"; name each input, or make it Growing'),
        (named_inputs, {}, 'takes "**images"; name each input, or make it Growing'),
        (out_of_range, {}, 'gives "steps" the default 0; it takes a whole number from 1 to 10000'),
        (odd_default, {}, 'gives "how" the default cone; it takes one of "box", "disk"'),
        (odd_hidden, {}, 'hides "unique" in "me"; there are context, unique_id, prompt'),
        (unknown_name, {}, "has an annotation that cannot be read: name 'Nonesuch'"),
        (unknown_attribute, {}, "has an annotation that cannot be read"),
        (no_syntax, {}, "has an annotation that cannot be read"),
        (fine, {"lazy": {"imgae"}}, 'lists "imgae" in lazy=, which it does not take; it takes'),
        (fine, {"sockets": {"mask"}}, 'lists "mask" in sockets=, which it does not take'),
        (fine, {"raw_links": {"mask"}}, 'lists "mask" in raw_links=, which it does not take'),
        (fine, {"validate": lambda size: True}, 'lists "size" in validate=, which it does not'),
        (fine, {"lane": "gpu"}, 'runs on the lane "gpu"; there are inline, cpu, io, device'),
    ],
)
def test_a_wrong_declaration_says_what_is_wrong_and_what_to_do(
    function: Callable[..., Any], facts: dict[str, Any], said: str
):
    message = refusal(function, **facts)

    assert message.startswith(f'Node "{function.__qualname__}" ({__file__}:')
    assert said in message


@pytest.mark.parametrize(
    "validate", [lambda image, input_types: True, lambda image="": True, lambda **inputs: True]
)
def test_a_check_may_take_inputs_their_types_or_whatever_comes(validate: Callable[..., Any]):
    assert declared(fine, validate=validate).validate is validate


def test_a_check_that_takes_whatever_comes_names_every_input():
    assert declared(fine, validate=lambda **inputs: True).validates == {"image"}


def test_fields_of_a_result_that_cannot_be_read_are_refused():
    class Odd(NamedTuple):
        image: "Nonesuch"  # noqa: F821  # pyright: ignore

    def odd() -> Odd: ...

    assert re.search(r"has an annotation that cannot be read: name 'Nonesuch'", refusal(odd))
