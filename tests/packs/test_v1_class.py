import math
import sys
from typing import Any

import pytest

from engine.declaring.declarations import node_info
from engine.engine import Engine
from engine.errors import DeclarationError
from engine.packs.v1 import v1_spec
from engine.registry import Registry
from tests.graphs import Graphs
from tests.v1_nodes import PACK, v1, v1_class


def give(self: Any, **given: Any) -> tuple[Any, ...]:
    return (given,)


def without(name: str) -> type:
    kind = v1_class(give)
    delattr(kind, name)
    return kind


class Documented:
    """Holds every attribute that says something to people."""

    @classmethod
    def INPUT_TYPES(cls) -> dict[str, Any]:
        return {"required": {}}

    RETURN_TYPES = ("IMAGE", "MASK")
    RETURN_NAMES = ("picture",)
    OUTPUT_TOOLTIPS = ("The picture.",)
    OUTPUT_IS_LIST = (True, False)
    DESCRIPTION = "Does it."
    CATEGORY = "a/b"
    FUNCTION = "go"
    OUTPUT_NODE = True
    DEPRECATED = True
    EXPERIMENTAL = True
    NOT_IDEMPOTENT = True
    API_NODE = True
    SEARCH_ALIASES = ("it",)

    def go(self) -> None:
        """Do nothing."""


def test_class_attributes_become_facts_of_the_spec():
    spec = v1_spec("Doc", Documented, "Documented", PACK)

    assert (spec.title, spec.category, spec.description) == ("Documented", "a/b", "Does it.")
    assert (spec.is_output, spec.deprecated, spec.experimental) == (True, True, True)
    assert (spec.is_idempotent, spec.source, spec.code) == (False, "some-pack", "digest")
    assert [(each.name, each.type, each.is_list) for each in spec.outputs] == [
        ("picture", "IMAGE", True),
        ("MASK", "MASK", False),
    ]
    assert spec.outputs[0].tooltip == "The picture."


def test_flags_without_a_field_are_shown_in_object_info():
    info = node_info(v1_spec("Doc", Documented, "Documented", PACK))

    assert (info["api_node"], info["search_aliases"]) == (True, ["it"])


@pytest.mark.parametrize("value", [1, "true", None])
def test_output_node_must_be_exactly_true(value: Any):
    assert not v1("Given", give, OUTPUT_NODE=value).is_output


def test_return_names_may_be_one_text_without_its_tuple():
    assert v1("Given", give, RETURN_NAMES="picture").outputs[0].name == "picture"


def test_output_is_list_may_be_one_bool_without_its_tuple():
    assert v1("Given", give, OUTPUT_IS_LIST=True).outputs[0].is_list


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        (without("INPUT_TYPES"), "has no INPUT_TYPES"),
        (without("FUNCTION"), "has no FUNCTION"),
        (without("go"), 'names the method "go" as FUNCTION, but has no such method'),
        (without("RETURN_TYPES"), "has no RETURN_TYPES"),
        (v1_class(give, returns="IMAGE"), 'write ("IMAGE",)'),
        (v1_class(give, INPUT_TYPES=classmethod(lambda cls: [])), "returns list from INPUT_TYPES"),
        (v1_class(give, required=[1]), 'has no dict under "required"'),  # pyright: ignore[reportArgumentType]
        (v1_class(give, INPUT_TYPES=classmethod(lambda cls: 1 / 0)), "ZeroDivisionError"),
        (
            v1_class(give, INPUT_TYPES=classmethod(lambda cls: sys.exit())),
            "tried to end the program",
        ),
    ],
)
def test_wrong_declaration_says_what_is_wrong(kind: type, what: str):
    with pytest.raises(DeclarationError) as caught:
        v1_spec("Given", kind, "Given", PACK)

    assert what in caught.value.message
    assert 'Node class "Given"' in caught.value.message


def test_wrong_declaration_names_the_line_that_raised():
    def input_types(cls: type) -> Any:
        raise OSError("no such list")

    with pytest.raises(DeclarationError) as caught:
        v1_spec("Given", v1_class(give, INPUT_TYPES=classmethod(input_types)), "Given", PACK)

    line = input_types.__code__.co_firstlineno + 1
    assert caught.value.details == {"file": __file__, "line": line, "type": "Given"}


@pytest.mark.parametrize(
    "declared",
    [
        classmethod(lambda cls: {"required": {"a": ("INT",)}}),
        staticmethod(lambda: {"required": {"a": ("INT",)}}),
        lambda placeholder: {"required": {"a": ("INT",)}},
        lambda: {"required": {"a": ("INT",)}},
        property(lambda cls: {"required": {"a": ("INT",)}}),
        {"required": {"a": ("INT",)}},
    ],
    ids=["classmethod", "staticmethod", "placeholder", "plain", "property", "dict"],
)
def test_input_types_may_be_declared_oddly(declared: Any):
    assert v1("Given", give, INPUT_TYPES=declared).by_name["a"].type == "INT"


@pytest.mark.parametrize("kind", [classmethod, staticmethod, lambda function: function])
def test_method_may_be_of_any_kind(engine: Engine, registry: Registry, kind: Any):
    def go(*args: Any, a: int) -> tuple[int]:
        return (a + 1,)

    registry.add(v1("Plus", kind(go), {"a": ("INT", {})}, ("INT",)))
    g = Graphs()

    assert engine.run(g.document(result=g.node("Plus", a=1))).outputs == {"result": [2]}


def counting(self: Any, step: int) -> tuple[int]:
    self.count = getattr(self, "count", 0) + step
    return (self.count,)


def once_each(kind: str, at: str, step: int) -> Any:
    g = Graphs()
    return g.document(result=g.node(kind, at=at, step=step))


NEVER = {"IS_CHANGED": classmethod(lambda cls, step: math.nan)}


def test_instance_is_kept_by_node_id_from_run_to_run(engine: Engine, registry: Registry):
    registry.add(v1("Counting", counting, {"step": ("INT", {})}, **NEVER))
    engine.run(once_each("Counting", "a", 1))
    engine.run(once_each("Counting", "b", 10))

    report = engine.run(once_each("Counting", "a", 1))

    assert report.outputs == {"result": [2]}


def test_node_of_another_class_gets_an_instance_of_its_own(engine: Engine, registry: Registry):
    registry.add(v1("Counting", counting, {"step": ("INT", {})}, **NEVER))
    registry.add(v1("Other", counting, {"step": ("INT", {})}, **NEVER))
    engine.run(once_each("Counting", "a", 1))

    assert engine.run(once_each("Other", "a", 1)).outputs == {"result": [1]}


def test_constructor_that_raises_is_an_error_of_the_node(engine: Engine, registry: Registry):
    def fail(self: Any) -> None:
        raise RuntimeError("no camera")

    registry.add(v1("Broken", give, {}, __init__=fail))
    g = Graphs()

    report = engine.run(g.document(result=g.node("Broken", at="7")))

    assert report.error is not None
    assert report.error.node_id == "7"
    assert "no camera" in report.error.message
