from __future__ import annotations

from typing import Any

import pytest

from engine.comfy.api import io
from engine.declaring.declarations import node_info
from engine.engine import Engine
from engine.errors import InvalidGraph
from engine.registry import Registry
from tests.graphs import Graphs
from tests.packs.v3_toys import given_back, refused, run, spec_of

NUMBERS = io.Autogrow.Input(
    "numbers", template=io.Autogrow.TemplatePrefix(io.Int.Input("n", max=9), "n", min=2, max=3)
)
NAMED = io.Autogrow.Input(
    "parts", template=io.Autogrow.TemplateNames(io.Float.Input("x"), names=["red", "green"], min=1)
)
MODE = io.DynamicCombo.Input(
    "mode",
    options=[
        io.DynamicCombo.Option("size", [io.Int.Input("width", default=8, min=1)]),
        io.DynamicCombo.Option(
            "deep",
            [
                io.DynamicCombo.Input(
                    "inner",
                    options=[
                        io.DynamicCombo.Option("one", [io.String.Input("text", default="a")]),
                        io.DynamicCombo.Option("many", [NUMBERS]),
                    ],
                )
            ],
        ),
        io.DynamicCombo.Option("none"),
    ],
)


def test_growing_inputs_are_one_dict(engine: Engine):
    spec = spec_of(given_back, [NUMBERS])

    assert run(engine, spec, **{"numbers.n0": 1, "numbers.n1": "2"}) == {
        "numbers": {"n0": 1, "n1": 2}
    }
    assert run(engine, spec, **{"numbers.n0": 1, "numbers.n1": 2, "numbers.n2": 3}) == {
        "numbers": {"n0": 1, "n1": 2, "n2": 3}
    }


def test_growing_inputs_take_links(engine: Engine):
    engine.registry.add(spec_of(given_back, [NUMBERS]))
    g = Graphs()
    node = g.node("Toy", **{"numbers.n0": g.node("Number", value=5), "numbers.n1": 6})

    report = engine.run(g.document(result=node))

    assert report.outputs["result"] == [{"numbers": {"n0": 5, "n1": 6}}]


def test_fewer_items_than_the_least_have_their_defaults_or_are_refused(engine: Engine):
    images = io.Autogrow.TemplatePrefix(io.Image.Input("image"), "image", min=1)
    spec = spec_of(given_back, [io.Autogrow.Input("images", template=images)])

    assert '"images.image0"' in refused(engine, spec)


def test_more_items_than_the_most_are_refused(engine: Engine):
    spec = spec_of(given_back, [NUMBERS])
    names = {f"numbers.n{index}": 1 for index in range(4)}

    assert '"numbers.n3"' in refused(engine, spec, **names)


def test_an_item_is_checked_as_its_template(engine: Engine):
    spec = spec_of(given_back, [NUMBERS])

    assert '"numbers.n1"' in refused(engine, spec, **{"numbers.n0": 1, "numbers.n1": 10})


def test_items_may_have_names(engine: Engine):
    spec = spec_of(given_back, [NAMED])

    assert run(engine, spec, **{"parts.red": 1, "parts.green": 2}) == {
        "parts": {"red": 1.0, "green": 2.0}
    }


def test_a_group_that_may_be_empty_is_an_empty_dict(engine: Engine):
    template = io.Autogrow.TemplatePrefix(io.Image.Input("image"), "image", min=0)
    spec = spec_of(given_back, [io.Autogrow.Input("images", template=template)])

    assert run(engine, spec) == {"images": {}}


def test_a_choice_brings_its_inputs(engine: Engine):
    spec = spec_of(given_back, [MODE])

    assert run(engine, spec, mode="size", **{"mode.width": 3}) == {
        "mode": {"mode": "size", "width": 3}
    }
    assert run(engine, spec, mode="size") == {"mode": {"mode": "size", "width": 8}}
    assert run(engine, spec, mode="none") == {"mode": {"mode": "none"}}


def test_a_choice_within_a_choice(engine: Engine):
    spec = spec_of(given_back, [MODE])
    given = {"mode": "deep", "mode.inner": "one", "mode.inner.text": "b"}

    assert run(engine, spec, **given) == {
        "mode": {"mode": "deep", "inner": {"inner": "one", "text": "b"}}
    }


def test_growing_inputs_within_a_choice(engine: Engine):
    spec = spec_of(given_back, [MODE])
    given = {"mode": "deep", "mode.inner": "many"}
    given |= {"mode.inner.numbers.n0": 1, "mode.inner.numbers.n1": 2}

    assert run(engine, spec, **given) == {
        "mode": {"mode": "deep", "inner": {"inner": "many", "numbers": {"n0": 1, "n1": 2}}}
    }


def test_more_items_than_the_most_within_a_choice_are_refused(engine: Engine):
    inputs = {"mode": "deep", "mode.inner": "many", "mode.inner.numbers.n9": 1}

    assert '"mode.inner.numbers.n9"' in refused(engine, spec_of(given_back, [MODE]), **inputs)


def test_an_unknown_choice_is_refused(engine: Engine):
    assert '"mode"' in refused(engine, spec_of(given_back, [MODE]), mode="wide")


def test_an_input_of_a_choice_is_checked(engine: Engine):
    said = refused(engine, spec_of(given_back, [MODE]), mode="size", **{"mode.width": 0})

    assert '"mode.width"' in said


def test_a_node_that_takes_lists_gets_dicts_of_lists(engine: Engine):
    engine.registry.add(spec_of(given_back, [NUMBERS], is_input_list=True))
    g = Graphs()
    node = g.node("Toy", **{"numbers.n0": g.node("Count", times=2), "numbers.n1": 6})

    report = engine.run(g.document(result=node))

    assert report.outputs["result"] == [{"numbers": {"n0": [0, 1], "n1": [6]}}]


def test_a_fingerprint_of_a_node_that_takes_lists_gets_dicts_of_lists(engine: Engine):
    seen: list[Any] = []
    more = {"fingerprint_inputs": lambda cls, mode, numbers: seen.append((mode, numbers))}
    spec = spec_of(given_back, [MODE, NUMBERS], is_input_list=True, more=more)
    run(engine, spec, **{"mode": "size", "mode.width": 4, "numbers.n0": 1, "numbers.n1": 2})

    assert seen[0] == ({"mode": ["size"], "width": [4]}, {"n0": [1], "n1": [2]})


def test_a_check_gets_dicts(engine: Engine):
    seen: list[Any] = []

    def validate(cls: Any, mode: Any, numbers: Any) -> bool:
        seen.extend([mode, numbers])
        return True

    spec = spec_of(given_back, [MODE, NUMBERS], more={"validate_inputs": validate})
    run(engine, spec, mode="size", **{"mode.width": 2, "numbers.n0": 1, "numbers.n1": 20})

    assert seen == [{"mode": "size", "width": 2}, {"n0": 1, "n1": 20}]


def test_a_lazy_item_is_asked_for_by_its_dotted_name(engine: Engine, calls: list[str]):
    template = io.Autogrow.TemplatePrefix(io.Int.Input("n", lazy=True), "n", min=1)
    more = {"check_lazy_status": lambda cls, numbers: ["numbers.n1"]}
    spec = spec_of(given_back, [io.Autogrow.Input("numbers", template=template)], more=more)
    engine.registry.add(spec)
    g = Graphs()
    given = {"numbers.n0": g.node("Fail"), "numbers.n1": g.node("Number", value=3)}

    report = engine.run(g.document(result=g.node("Toy", **given)))

    assert report.outputs["result"] == [{"numbers": {"n0": None, "n1": 3}}]
    assert calls == ["Number"]


TEMPLATE = io.MatchType.Template("T", allowed_types=[io.Int, io.String])


def matched(registry: Registry) -> None:
    inputs = [io.MatchType.Input(each, template=TEMPLATE) for each in ("a", "b")]
    output = io.MatchType.Output(template=TEMPLATE, display_name="one")
    registry.add(spec_of(lambda cls, a, b: io.NodeOutput(a), inputs, [output]))


def test_matched_sockets_take_one_common_type(engine: Engine):
    matched(engine.registry)
    g = Graphs()
    node = g.node("Toy", a=g.node("Number", value=4), b=g.node("Number"))

    report = engine.run(g.document(result=g.node("Add", a=node, b=1)))

    assert report.outputs["result"] == [5]


def test_two_types_do_not_match(engine: Engine):
    matched(engine.registry)
    g = Graphs()
    node = g.node("Toy", a=g.node("Number"), b=g.node("Text"))

    with pytest.raises(InvalidGraph, match='"b"'):
        engine.run(g.document(result=node))


def test_what_follows_a_matched_output_sees_its_type(engine: Engine):
    matched(engine.registry)
    g = Graphs()
    node = g.node("Toy", a=g.node("Text"), b=g.node("Text"))

    with pytest.raises(InvalidGraph, match="STRING"):
        engine.run(g.document(result=g.node("Add", a=node)))


def test_a_type_that_is_not_allowed_is_refused(engine: Engine):
    template = io.MatchType.Template("T", allowed_types=[io.Image, io.Mask])
    engine.registry.add(spec_of(given_back, [io.MatchType.Input("a", template=template)]))
    g = Graphs()

    with pytest.raises(InvalidGraph, match="IMAGE,MASK"):
        engine.run(g.document(result=g.node("Toy", a=g.node("Number"))))


def test_items_that_grow_may_match(engine: Engine):
    item = io.MatchType.Input("x", template=io.MatchType.Template("T"))
    grows = io.Autogrow.Input("all", template=io.Autogrow.TemplatePrefix(item, "x", min=1))
    engine.registry.add(spec_of(given_back, [grows]))
    g = Graphs()
    node = g.node("Toy", **{"all.x0": g.node("Number"), "all.x1": g.node("Text")})

    with pytest.raises(InvalidGraph, match=r'"all\.x1"'):
        engine.run(g.document(result=node))


def test_an_autogrow_is_told_with_its_template():
    info = node_info(spec_of(given_back, [NUMBERS, NAMED]))["input"]["required"]

    item = {"n": ["INT", {"default": 0, "max": 9, "step": 1}]}
    assert info["numbers"] == [
        "COMFY_AUTOGROW_V3",
        {
            "template": {
                "input": {"required": item, "optional": {}},
                "prefix": "n",
                "min": 2,
                "max": 3,
            }
        },
    ]
    assert info["parts"][1]["template"]["names"] == ["red", "green"]
    assert info["parts"][1]["template"]["min"] == 1


def test_a_dynamic_combo_is_told_with_the_inputs_of_each_option():
    kind, told = node_info(spec_of(given_back, [MODE]))["input"]["required"]["mode"]

    assert kind == "COMFY_DYNAMICCOMBO_V3"
    assert [each["key"] for each in told["options"]] == ["size", "deep", "none"]
    assert told["options"][0]["inputs"] == {
        "required": {"width": ["INT", {"default": 8, "min": 1, "step": 1}]},
        "optional": {},
    }
    assert told["options"][1]["inputs"]["required"]["inner"][0] == "COMFY_DYNAMICCOMBO_V3"
    assert told["options"][2]["inputs"] == {"required": {}, "optional": {}}


def test_matched_sockets_are_told_with_their_template():
    inputs = [io.MatchType.Input("a", template=TEMPLATE)]
    outputs = [io.MatchType.Output(template=TEMPLATE), io.Int.Output()]
    info = node_info(spec_of(given_back, inputs, outputs))

    template = {"template_id": "T", "allowed_types": "INT,STRING"}
    assert info["input"]["required"]["a"] == ["COMFY_MATCHTYPE_V3", {"template": template}]
    assert info["output"] == ["COMFY_MATCHTYPE_V3", "INT"]
    assert info["output_matchtypes"] == ["T", None]
