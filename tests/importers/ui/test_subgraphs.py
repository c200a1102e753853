"""COMPAT.md A7, rules 3 and 5: definitions stay subgraphs, in both layouts of their values."""

import pytest

from engine.document import ExposedInput, LinkSource
from engine.document.flatten import flatten
from engine.errors import WorkflowError
from tests.saved import INPUT, Json, Saved, inner, notes, out, prompt, read


def body() -> Saved:
    """Return a definition's graph: input 0 feeds `value` of node 7, whose output is output 0."""
    g = Saved()
    g.node(7, "Source", [5, "inside"])
    g.link(INPUT, 0, 7, "value")
    g.nodes[0]["inputs"][0]["widget"] = {"name": "value"}
    out(g, 7, 0, 0)
    return g


def host(held: object = None, **more: object) -> Saved:
    """Return a root with an instance, 12, that a sink shows."""
    g = Saved()
    g.node(12, "sub", held, **more)
    g.node(9, "Sink", [0])
    g.link(12, 0, 9, "value")
    return g


def saved(root: Saved, *definitions: Json) -> Json:
    return root.document(definitions={"subgraphs": list(definitions)})


ONE = body().definition("sub", ["number"], ["result"])


def test_a7_rule3_an_inner_node_has_the_colon_path_of_instances():
    assert prompt(saved(host(), ONE)) == {
        "9": {"class_type": "Sink", "inputs": {"count": 0, "value": ["12:7", 0]}},
        "12:7": {"class_type": "Source", "inputs": {"value": 5, "text": "inside"}},
    }


def test_a7_rule3_a_definition_becomes_a_subgraph():
    document = read(saved(host(), ONE))

    assert document.nodes["12"].type == "subgraph:sub"
    assert inner(document).title == "sub"
    assert inner(document).inputs == [
        ExposedInput("number", [("7", "value")], unknown={"foreign": {"type": "*"}})
    ]
    assert inner(document).outputs[0].name == "result"
    assert inner(document).outputs[0].source == ("7", 0)


def test_a7_rule3_a_link_into_an_instance_reaches_the_inner_node():
    root = host()
    root.node(1, "Source", [1, "x"])
    root.link(1, 0, 12, "number")

    found = prompt(saved(root, ONE))

    assert found["12:7"]["inputs"] == {"value": ["1", 0], "text": "inside"}


def test_a7_rule3_an_input_may_feed_several():
    g = body()
    g.node(8, "Sink", [0])
    g.link(INPUT, 0, 8, "count")
    document = read(saved(host([3]), g.definition("sub", ["number"], ["result"])))

    assert inner(document).inputs[0].targets == [("7", "value"), ("8", "count")]


def test_a7_rule3_definitions_use_each_other():
    outer = Saved()
    outer.node(3, "sub")
    outer.link(INPUT, 0, 3, "number")
    out(outer, 3, 0, 0)
    root = Saved()
    root.node(12, "outer")
    root.node(1, "Source", [1, "x"])
    root.link(1, 0, 12, "n")
    root.node(9, "Sink", [0])
    root.link(12, 0, 9, "value")

    found = prompt(saved(root, outer.definition("outer", ["n"], ["r"]), ONE))

    assert found["12:3:7"]["inputs"]["value"] == ["1", 0]
    assert found["9"]["inputs"]["value"] == ["12:3:7", 0]


def test_a7_rule3_a_definition_that_contains_itself_is_kept_and_noted():
    g = body()
    g.node(8, "sub")
    raw = saved(host(), g.definition("sub", ["number"], ["result"]))
    document = read(raw)

    assert notes(raw) == ['Subgraph "sub" contains itself; it cannot run so.']
    assert inner(document).nodes["8"].type == "subgraph:sub"
    with pytest.raises(WorkflowError, match="contains itself"):
        flatten(document)


def test_a7_rule3_two_definitions_that_contain_each_other_are_noted():
    first, second = Saved(), Saved()
    first.node(1, "b")
    second.node(1, "a")
    raw = saved(Saved(), first.definition("a", [], []), second.definition("b", [], []))

    assert len(notes(raw)) == 2


def test_a7_rule3_without_a_definition_the_instance_is_an_unknown_node():
    raw = host([3]).document()

    assert read(raw).nodes["12"].foreign["node"] == raw["nodes"][0]


@pytest.mark.parametrize("mode", [2, 4])
def test_a7_rule2_a_resting_instance_removes_everything_in_it(mode: int):
    root = host(mode=mode)
    root.node(1, "Source", [1, "x"])
    root.link(1, 0, 12, "number")

    found = prompt(saved(root, ONE))

    assert set(found) == {"1", "9"}
    assert found["9"]["inputs"] == ({"count": 0, "value": ["1", 0]} if mode == 4 else {"count": 0})


def test_a7_rule5_new_files_have_the_values_on_the_instance_in_order():
    g = body()
    g.node(8, "Sink", [0])
    g.link(INPUT, 1, 8, "value")
    g.link(INPUT, 2, 8, "count")
    g.nodes[1]["inputs"][1]["widget"] = {"name": "count"}
    definition = g.definition("sub", ["number", "plain", "count"], ["result"])

    found = prompt(saved(host([31, 4]), definition))

    assert found["12:7"]["inputs"]["value"] == 31
    assert found["12:8"]["inputs"] == {"count": 4}


def test_a7_rule5_or_by_name():
    found = prompt(saved(host(widgets_values_named={"number": 31}), ONE))

    assert found["12:7"]["inputs"]["value"] == 31


def test_a7_rule5_old_files_have_the_values_inside():
    properties = {"proxyWidgets": [["7", "value"], ["7", "text"]]}

    found = prompt(saved(host([], properties=properties), ONE))

    assert found["12:7"]["inputs"] == {"value": 5, "text": "inside"}


def test_a7_rule5_widgets_that_old_files_promote_become_exposed_inputs():
    entries = [["7", "text"], ["7", "value"], ["7", "control_after_generate"], ["7", "$$preview"]]
    document = read(saved(host([], properties={"proxyWidgets": entries}), ONE))

    exposed = {each.name: each.targets for each in inner(document).inputs}
    assert exposed == {"number": [("7", "value")], "text": [("7", "text")]}
    assert inner(document).inputs[1].unknown == {"foreign": {"proxy": ["7", "text"]}}


def test_a7_rule5_node_minus_1_means_the_instances_own_input():
    g = body()
    g.link(INPUT, 1, 7, "text")
    g.nodes[0]["inputs"][1]["widget"] = {"name": "text"}
    definition = g.definition("sub", ["number", "words"], ["result"])
    properties = {"proxyWidgets": [["-1", "words"], ["7", "value"]]}

    found = prompt(saved(host(["outside"], properties=properties), definition))

    assert found["12:7"]["inputs"] == {"value": 5, "text": "outside"}


def test_a7_rule5_a_promoted_name_may_carry_the_id_of_a_deeper_node():
    outer = Saved()
    outer.node(3, "sub", [], properties={"proxyWidgets": [["7", "text"]]})
    root = Saved()
    root.node(12, "outer", [], properties={"proxyWidgets": [["3", "7: text"]]})

    document = read(saved(root, outer.definition("outer", [], []), ONE))

    (exposed,) = document.subgraphs["outer"].inputs
    assert (exposed.name, exposed.targets) == ("text", [("3", "text")])
    changed = document.with_value("12", "text", "new")
    assert flatten(changed).nodes["12:3:7"].values["text"] == "new"


def test_a7_rule5_a_promoted_primitive_stands_for_what_it_feeds():
    g = body()
    g.node(4, "PrimitiveNode", ["held"])
    g.link(4, 0, 7, "text")
    properties = {"proxyWidgets": [["4", "value"]]}
    raw = saved(host([], properties=properties), g.definition("sub", ["number"], ["result"]))

    assert inner(read(raw)).inputs[1].targets == [("7", "text")]


def test_a7_rule5_repeated_and_empty_names_are_made_unique():
    g = Saved()
    g.node(7, "Source", [5, "x"])
    for slot, name in enumerate(["value", "text"]):
        g.link(INPUT, slot, 7, name)
    g.node(8, "Sink", [0])
    g.link(INPUT, 2, 8, "count")
    root = host()
    root.node(1, "Source", [1, "y"])
    root.nodes[0]["inputs"] = [
        {"name": "same", "type": "*", "link": 2},
        {"name": "same", "type": "*", "link": 3},
    ]
    root.links += [[2, 1, 0, 12, 0, "*"], [3, 1, 1, 12, 1, "*"]]

    document = read(saved(root, g.definition("sub", ["same", "same", ""], [])))

    assert [each.name for each in inner(document).inputs] == ["same", "same_1", "input"]
    assert document.nodes["12"].links == {
        "same": LinkSource("1", 0, "*"),
        "same_1": LinkSource("1", 1, ""),
    }


def test_a7_rule5_a_definition_may_hand_an_input_straight_on():
    g = Saved()
    out(g, INPUT, 0, 0)
    root = host()
    root.node(1, "Source", [1, "x"])
    root.link(1, 0, 12, "number")
    document = read(saved(root, g.definition("sub", ["number"], ["result"])))

    assert document.nodes["9"].links == {"value": LinkSource("1", 0, "*")}
    assert document.view["wires"]["9"] == {"value": ["12", 0]}
    assert inner(document).view["wires"] == {"-20": {"0": ["-10", 0]}}


def test_a7_rule5_unlinked_it_hands_the_instances_value_on():
    g = Saved()
    out(g, INPUT, 0, 0)
    root = host(widgets_values_named={"number": 8})

    found = prompt(saved(root, g.definition("sub", ["number"], ["result"])))

    assert found["9"]["inputs"]["value"] == 8


def test_a7_rule5_an_output_that_nothing_feeds_brings_nothing():
    raw = saved(host(), Saved().definition("sub", [], ["result"]))

    assert prompt(raw) == {"9": {"class_type": "Sink", "inputs": {"count": 0}}}


def test_a7_rule5_reroutes_inside_a_definition_are_drawing_too():
    g = Saved()
    g.node(2, "Reroute")
    g.node(3, "Reroute")
    g.node(7, "Source", [5, "inside"])
    g.link(INPUT, 0, 2, "")
    g.link(2, 0, 7, "value")
    g.link(7, 0, 3, "")
    out(g, 3, 0, 0)
    definition = inner(read(saved(host(), g.definition("sub", ["number"], ["result"]))))

    assert definition.inputs[0].targets == [("7", "value")]
    assert definition.outputs[0].source == ("7", 0)
    assert definition.view["wires"] == {
        "2": {"0": ["-10", 0]},
        "7": {"value": ["2", 0]},
        "3": {"0": ["7", 0]},
        "-20": {"0": ["3", 0]},
    }


def test_a7_rule5_a_primitive_may_feed_an_instance():
    root = host()
    root.node(1, "PrimitiveNode", [77, "randomize"])
    root.link(1, 0, 12, "number")

    assert prompt(saved(root, ONE))["12:7"]["inputs"]["value"] == 77


def test_of_several_links_to_an_output_the_one_listed_first_counts():
    g = body()
    g.node(8, "Source", [6, ""])
    out(g, 8, 0, 0)
    definition = g.definition("sub", ["number"], [{"name": "result", "linkIds": [3, 2]}])

    assert inner(read(saved(host(), definition))).outputs[0].source == ("8", 0)


def test_the_rest_of_a_definition_is_kept():
    facts = {"state": {"lastNodeId": 7}, "revision": 1, "inputNode": {"id": -10}, "widgets": []}
    group = {"title": "Part", "bounding": [1, 2, 3, 4]}
    raw = body().definition("sub", ["number"], ["result"], groups=[group], **facts)

    definition = inner(read(saved(host(), raw)))

    assert definition.unknown["foreign"] == {"format": "comfyui-ui", "version": 1, **facts}
    assert definition.frames == [{"title": "Part", "place": [1, 2, 3, 4]}]


def test_an_instances_title_is_kept_where_it_is_not_the_definitions():
    own, same = host(title="Mine"), host(title="sub")

    assert read(saved(own, ONE)).nodes["12"].title == "Mine"
    assert read(saved(same, ONE)).nodes["12"].title == ""


def test_a_definition_without_an_id_is_noted_and_kept():
    raw = saved(Saved(), {"name": "lost", "nodes": []})

    assert notes(raw) == ['Subgraph "lost" has no id.']
    assert read(raw).extra["comfyui"]["unread"] == {"subgraphs": [{"name": "lost", "nodes": []}]}


def test_a_link_to_a_socket_that_the_definition_lacks_is_noted():
    g = body()
    g.link(INPUT, 4, 7, "text")
    out(g, 7, 0, 3)
    raw = saved(host(), g.definition("sub", ["number"], ["result"]))

    assert notes(raw) == [
        "A link comes from input 4, which the subgraph does not have.",
        'In the subgraph "sub": A link goes to output 3, which the subgraph does not have.',
    ]
