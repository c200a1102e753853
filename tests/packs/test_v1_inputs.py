import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.declaring.declarations import node_info
from engine.engine import Engine
from engine.registry import Registry
from engine.spec import InputSpec
from engine.widgets import Anything as AnyWidget
from engine.widgets import Bool, Choice, Float, Int, Text, Unfit
from tests.checks import only, problems
from tests.graphs import Graphs
from tests.v1_nodes import v1


def give(self: Any, **given: Any) -> tuple[Any]:
    return (given,)


def declared(*entry: Any) -> InputSpec:
    """Return the socket of one entry of INPUT_TYPES."""
    return v1("Given", give, {"a": entry}).by_name["a"]


class Wild(str):
    def __ne__(self, other: object) -> bool:
        return False

    __hash__ = str.__hash__


class Equal(str):
    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False

    __hash__ = str.__hash__


class AnyKey(dict[str, Any]):
    def __contains__(self, key: object) -> bool:
        return True

    def __getitem__(self, key: str) -> Any:
        return ("INT",)


def test_widgets_come_from_types_and_options():
    number = {"default": 3, "min": 1, "max": 9, "step": 2, "display": "slider"}
    real = {"default": 0.5, "min": 0.0, "max": 1.0, "step": 0.1, "round": 0.01}
    text = {"default": "x", "multiline": True, "dynamicPrompts": True, "placeholder": "say"}
    labels = {"default": True, "label_on": "yes", "label_off": "no"}

    assert declared("INT", number).widget == Int(3, 1, 9, 2, display="slider")
    assert declared("FLOAT", real).widget == Float(0.5, 0.0, 1.0, 0.1, 0.01)
    assert declared("STRING", text).widget == Text("x", True, True, "say")
    assert declared("BOOLEAN", labels).widget == Bool(True, "yes", "no")


def test_defaults_of_the_editor_stand_where_there_are_none():
    kinds = ("INT", "FLOAT", "STRING", "BOOLEAN", ["first", "second"])

    assert [getattr(declared(kind).widget, "default", None) for kind in kinds] == [
        0, 0.0, "", False, "first",
    ]  # fmt: skip


def test_value_above_the_editors_bound_is_fine_where_the_class_has_none():
    widget = declared("INT").widget

    assert widget is not None
    assert widget.check(10_000, None) == 10_000


@pytest.mark.parametrize(
    ("kind", "options", "default"),
    [
        ("INT", {"default": 1.0, "min": 0.0, "max": 1e10, "step": 1.0}, 1),
        ("INT", {"default": "5", "min": None, "max": math.inf, "step": 0}, 5),
        ("INT", {"default": 50, "min": 1, "max": 9}, 9),
        ("INT", {"default": None, "max": 10**400}, 0),
        ("INT", {"default": [], "min": "low", "max": math.nan}, 0),
        ("FLOAT", {"default": "0.5", "round": False, "min": -math.inf, "step": None}, 0.5),
        ("FLOAT", {"default": 3, "min": 5, "max": 9}, 5.0),
        ("STRING", {"default": 7}, "7"),
        ("STRING", {"defaultVal": "old"}, "old"),
        ("BOOLEAN", {"default": "yes"}, True),
        (["a", "b"], {"default": "gone"}, "a"),
        ([1, 2], {"default": 2}, 2),
        ("COMBO", {"options": ["x", "y"], "default": "y"}, "y"),
        ("COMBO", {"options": []}, None),
        ("COMBO", {}, None),
    ],
)
def test_odd_options_do_not_break_a_node(kind: Any, options: dict[str, Any], default: Any):
    spec = v1("Given", give, {"a": (kind, options)})

    assert getattr(spec.by_name["a"].widget, "default", None) == default
    assert node_info(spec)["input"]["required"]["a"]


ODD = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.just([])
NAMES = ("default", "min", "max", "step", "round", "display", "multiline", "lazy", "image_upload")


@given(
    kind=st.sampled_from(["INT", "FLOAT", "STRING", "BOOLEAN", "X", ["a", 1]]),
    options=st.dictionaries(st.sampled_from(NAMES), ODD),
)
def test_no_option_breaks_a_node(kind: Any, options: dict[str, Any]):
    spec = v1("Given", give, {"a": (kind, options)})

    told = json.loads(json.dumps(node_info(spec), allow_nan=False))
    assert told["input"]["required"]["a"][0] == kind


def test_entry_without_its_comma_is_read_as_it_is_meant():
    spec = v1("Given", give, {"image": "IMAGE", "mode": ["a", "b"], "empty": ()})

    assert [each.type for each in spec.inputs] == ["IMAGE", "COMBO", "*"]


@pytest.mark.parametrize("options", [{"options": ["a", "b"]}, {"options": ("a", "b")}])
def test_both_forms_of_a_combo_give_the_same_choices(options: dict[str, Any]):
    old, new = declared(["a", "b"], {}).widget, declared("COMBO", options).widget

    assert isinstance(old, Choice)
    assert isinstance(new, Choice)
    assert old.all() == new.all() == ["a", "b"]


def test_list_of_a_combo_is_asked_anew(engine: Engine, registry: Registry):
    names = ["a"]
    live = classmethod(lambda cls: {"required": {"name": (list(names),)}})
    registry.add(v1("Pick", give, INPUT_TYPES=live, OUTPUT_NODE=True))
    names.append("b")
    g = Graphs()
    g.node("Pick", name="b")

    assert problems(g.document(), registry) == []
    assert node_info(registry["Pick"])["input"]["required"]["name"][0] == ["a", "b"]


def test_list_that_can_not_be_made_is_the_last_known_one():
    listed = iter([["a"], ["a", "b"]])
    live = classmethod(lambda cls: {"required": {"name": (next(listed),)}})
    widget = v1("Pick", give, INPUT_TYPES=live).by_name["name"].widget

    assert isinstance(widget, Choice)
    assert [widget.all(), widget.all()] == [["a", "b"], ["a", "b"]]


def test_several_of_a_combo_may_be_chosen():
    widget = declared("COMBO", {"options": ["a", "b"], "multi_select": {"chip": True}}).widget

    assert widget is not None
    assert widget.check(["a", "b"], None) == ["a", "b"]
    with pytest.raises(Unfit):
        widget.check(["c"], None)


def test_choice_from_another_server_is_taken_as_it_is():
    widget = declared("COMBO", {"remote": {"route": "/x"}}).widget

    assert widget is not None
    assert widget.check("anything", None) == "anything"


@pytest.mark.parametrize(("value", "fits"), [("a.png", True), ("b.png [output]", True)])
@pytest.mark.usefixtures("calls")
def test_upload_takes_the_list_and_annotated_names(
    engine: Engine, registry: Registry, value: str, fits: bool
):
    engine.folders.output.mkdir()
    (engine.folders.output / "b.png").write_bytes(b"x")
    registry.add(v1("Load", give, {"image": (["a.png"], {"image_upload": True})}, OUTPUT_NODE=True))
    g = Graphs()
    g.node("Load", image=value)

    assert (problems(g.document(), registry, engine.folders) == []) is fits


@pytest.mark.parametrize("value", ["c.png", "c.png [output]", "../c.png [output]", "[output]"])
def test_upload_refuses_other_names(engine: Engine, registry: Registry, value: str):
    registry.add(v1("Load", give, {"image": (["a.png"], {"image_upload": True})}, OUTPUT_NODE=True))
    g = Graphs()
    g.node("Load", at="1", image=value)

    assert only(g.document(), registry, engine.folders).socket == "image"


def test_replaced_upload_is_read_again(engine: Engine, registry: Registry):
    folder = engine.folders.input
    folder.mkdir()
    (folder / "a.txt").write_text("one")
    registry.add(
        v1(
            "Load",
            lambda self, name: (Path(folder / name).read_text(),),
            {"name": (["a.txt"], {"image_upload": True})},
        )
    )
    g = Graphs()
    document = g.document(result=g.node("Load", name="a.txt"))
    engine.run(document)
    (folder / "a.txt").write_text("other")

    assert engine.run(document).outputs == {"result": ["other"]}


def test_object_info_shows_what_the_class_wrote():
    options = {"default": 0, "max": 4096, "mine": {"a": (1, 2)}, "tooltip": "Why.", "lazy": True}
    unsayable = {"inf": math.inf, "function": print}
    spec = v1("Given", give, {"a": ("INT", {**options, **unsayable})})

    told = node_info(spec)["input"]["required"]["a"]

    assert told[0] == "INT"
    assert told[1] == options | {"mine": {"a": [1, 2]}, "step": 1}


@pytest.mark.parametrize("kind", ["IMAGE", "MASK", "LATENT", "MODEL", "IMAGE,MASK"])
def test_known_socket_types_take_links_only(kind: str):
    assert declared(kind).widget is None


@pytest.mark.parametrize("kind", ["MY_THING", "*", "IMAGE,MY_THING", "INT,FLOAT"])
def test_unknown_types_take_values_as_they_are(kind: str):
    assert declared(kind).widget == AnyWidget()


def test_type_may_name_another_types_widget():
    assert declared("MY_TEXT", {"widgetType": "STRING"}).widget == Text("")


@pytest.mark.parametrize("wild", [Wild("X"), Equal("*"), Wild(""), "*", None, 0, -1, ""])
def test_type_that_equals_everything_is_a_wildcard(wild: Any):
    assert declared(wild, {"forceInput": True}).type == "*"


@pytest.mark.parametrize(
    ("odd", "name"), [(5, "5"), ("A, B", "A,B"), ("A,*", "*"), (int, "INT"), (print, str(print))]
)
def test_odd_types_survive(odd: Any, name: str):
    assert declared(odd).type == name


def test_wildcards_are_linked_to_anything(engine: Engine, registry: Registry):
    registry.add(v1("Wild", lambda self, a: (a,), {"a": (Wild("MASK"),)}, (Wild("IMAGE"),)))
    g = Graphs()
    wild = g.node("Wild", a=g.node("Number", value=4))

    report = engine.run(g.document(result=g.node("Add", a=wild, b=1)))

    assert report.outputs == {"result": [5]}


def test_forced_input_takes_its_value_from_a_link(engine: Engine, registry: Registry):
    force = {"a": ("INT", {"forceInput": True, "default": 3})}
    registry.add(v1("Forced", lambda self, a: (a,), force, OUTPUT_NODE=True))
    g, bare = Graphs(), Graphs()
    bare.node("Forced", at="1")
    forced = g.node("Forced", a=g.node("Number", value=4))

    assert registry["Forced"].by_name["a"].socket_only
    assert only(bare.document(), registry).socket == "a"
    assert engine.run(g.document(result=forced)).outputs == {"result": [4]}


def test_required_value_that_is_missing_takes_the_default(engine: Engine, registry: Registry):
    registry.add(v1("Given", give, {"a": ("INT", {"default": 3})}))
    g = Graphs()

    assert engine.run(g.document(result=g.node("Given"))).outputs == {"result": [{"a": 3}]}


def test_optional_value_that_is_missing_is_not_passed(engine: Engine, registry: Registry):
    registry.add(v1("Given", give, {}, optional={"a": ("INT", {"default": 3}), "b": ("IMAGE",)}))
    g = Graphs()

    assert engine.run(g.document(result=g.node("Given"))).outputs == {"result": [{}]}


def test_dict_that_has_every_key_takes_every_input(engine: Engine, registry: Registry):
    registry.add(v1("Open", give, {"a": ("INT", {})}, optional=AnyKey()))
    g = Graphs()
    opened = g.node("Open", a=1, lora_1={"on": True}, more=g.node("Number", value=5))

    report = engine.run(g.document(result=opened))

    assert report.outputs == {"result": [{"a": 1, "lora_1": {"on": True}, "more": 5}]}


def test_input_that_the_class_does_not_declare_is_dropped(engine: Engine, registry: Registry):
    registry.add(v1("Given", give, {"a": ("INT", {})}))
    g = Graphs()
    given = g.node("Given", a=1, other=2)

    assert engine.run(g.document(result=given)).outputs == {"result": [{"a": 1}]}


def test_odd_hidden_input_may_come_from_the_prompt(engine: Engine, registry: Registry):
    registry.add(v1("Given", give, {}, hidden={"memo": "MY_MEMO"}))
    g = Graphs()

    report = engine.run(g.document(result=g.node("Given", memo="x")))

    assert report.outputs == {"result": [{"memo": "x"}]}


def test_raw_link_arrives_as_a_pair(engine: Engine, registry: Registry, calls: list[str]):
    registry.add(v1("Peek", give, {"a": ("*", {"rawLink": True})}))
    g = Graphs()
    peek = g.node("Peek", a=g.node("Fail", at="src"))

    assert engine.run(g.document(result=peek)).outputs == {"result": [{"a": ["src", 0]}]}
    assert calls == []
