from typing import Any

import pytest

from engine.document import Document, LinkSource, Node, Subgraph
from engine.document.flatten import Flat, flatten, node_at
from engine.errors import WorkflowError
from engine.spec import Growing, InputSpec, NodeSpec, OutputSpec
from tests.graphs import Graphs


def source(flat: Flat, node_id: str, socket: str) -> tuple[str, int]:
    link = flat.nodes[node_id].links[socket]
    return link.node, link.output


# subgraphs


def adder() -> Subgraph:
    """Add `amount` to `number`; gives the sum."""
    g = Graphs()
    total = g.node("Add", at="7", b=1)
    return g.subgraph(inputs={"number": [("7", "a")], "amount": [("7", "b")]}, sum=total)


def with_adder(**given: Any) -> Graphs:
    g = Graphs(subgraphs={"adder": adder()})
    number = g.node("Number", at="1", value=4)
    inner = g.node("subgraph:adder", at="12", number=number, **given)
    g.node("Show", at="3", value=inner)
    return g


def test_document_without_structure_stays_as_it_is():
    g = Graphs()
    g.node("Show", value=g.node("Number"))
    document = g.document()

    assert flatten(document).nodes == document.nodes


def test_nodes_of_an_instance_have_colon_paths():
    assert set(flatten(with_adder().document()).nodes) == {"1", "12:7", "3"}


def test_link_into_an_instance_goes_to_the_exposed_target():
    assert source(flatten(with_adder().document()), "12:7", "a") == ("1", 0)


def test_link_from_an_instance_comes_from_the_exposed_source():
    assert source(flatten(with_adder().document()), "3", "value") == ("12:7", 0)


def test_value_on_an_instance_goes_to_the_exposed_target():
    flat = flatten(with_adder(amount=50).document())

    assert flat.nodes["12:7"].values == {"b": 50}


def test_value_that_an_instance_does_not_set_is_the_definitions():
    assert flatten(with_adder().document()).nodes["12:7"].values == {"b": 1}


def test_value_on_an_instance_takes_the_place_of_a_link_inside():
    g = Graphs()
    inner = g.node("Add", at="b", a=g.node("Number", at="a"))
    definition = g.subgraph(inputs={"number": [("b", "a")]}, sum=inner)
    outer = Graphs(subgraphs={"s": definition})
    outer.node("subgraph:s", at="1", number=9)

    node = flatten(outer.document()).nodes["1:b"]

    assert node.values == {"a": 9}
    assert node.links == {}


def test_exposed_input_of_a_definition_sets_every_target():
    g = Graphs()
    g.node("Add", at="x")
    g.node("Add", at="y")
    definition = g.subgraph(inputs={"number": [("x", "a"), ("y", "b")]})
    outer = Graphs(subgraphs={"s": definition})
    outer.node("subgraph:s", at="1", number=9)

    nodes = flatten(outer.document()).nodes

    assert (nodes["1:x"].values, nodes["1:y"].values) == ({"a": 9}, {"b": 9})


def test_two_instances_of_a_definition_are_apart():
    g = with_adder(amount=2)
    g.node("subgraph:adder", at="13", amount=3)

    nodes = flatten(g.document()).nodes

    assert (nodes["12:7"].values["b"], nodes["13:7"].values["b"]) == (2, 3)


def test_links_inside_a_definition_stay_inside():
    g = Graphs()
    g.node("Add", at="b", a=g.node("Number", at="a"))
    outer = Graphs(subgraphs={"s": g.subgraph()})
    outer.node("subgraph:s", at="1")

    assert source(flatten(outer.document()), "1:b", "a") == ("1:a", 0)


def nested() -> Document:
    """An instance of "outer" at 5 holds an instance of "adder" at 6."""
    g = Graphs()
    inner = g.node("subgraph:adder", at="6")
    outer = g.subgraph(inputs={"x": [("6", "number")], "by": [("6", "amount")]}, y=inner)
    top = Graphs(subgraphs={"adder": adder(), "outer": outer})
    result = top.node("subgraph:outer", at="5", x=top.node("Number", at="1"), by=8)
    top.node("Show", at="3", value=result)
    return top.document(result=result)


def test_instances_inside_instances_are_unfolded():
    assert set(flatten(nested()).nodes) == {"1", "3", "5:6:7"}


def test_links_and_values_go_through_both_levels():
    flat = flatten(nested())

    assert source(flat, "5:6:7", "a") == ("1", 0)
    assert flat.nodes["5:6:7"].values == {"b": 8}
    assert source(flat, "3", "value") == ("5:6:7", 0)


def test_exposed_output_of_the_document_leads_to_the_inner_node():
    assert flatten(nested()).outputs == {"result": ("5:6:7", 0)}


def test_instance_may_feed_an_instance():
    g = Graphs(subgraphs={"adder": adder()})
    first = g.node("subgraph:adder", at="1", number=1)
    g.node("subgraph:adder", at="2", number=first)

    assert source(flatten(g.document()), "2:7", "a") == ("1:7", 0)


def test_definition_that_contains_itself_is_refused():
    g = Graphs()
    g.node("subgraph:s", at="2")
    outer = Graphs(subgraphs={"s": g.subgraph()})
    outer.node("subgraph:s", at="1")

    with pytest.raises(WorkflowError, match=r'contains itself at node "1:2". Take the inner'):
        flatten(outer.document())


def test_definitions_that_contain_each_other_are_refused():
    a, b = Graphs(), Graphs()
    a.node("subgraph:b", at="1")
    b.node("subgraph:a", at="1")
    outer = Graphs(subgraphs={"a": a.subgraph(), "b": b.subgraph()})
    outer.node("subgraph:a", at="1")

    with pytest.raises(WorkflowError, match="contains itself"):
        flatten(outer.document())


def test_definition_that_is_nowhere_is_named():
    g = Graphs()
    g.node("subgraph:gone", at="4")

    with pytest.raises(WorkflowError, match='Node "4" is an instance of the subgraph "gone"'):
        flatten(g.document())


def test_document_that_unfolds_without_end_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("engine.document.flatten.MOST", 1000)
    levels = {
        f"s{level}": Subgraph(
            nodes={str(key): Node(type=f"subgraph:s{level + 1}") for key in range(10)}
        )
        for level in range(20)
    }
    document = Document(
        nodes={"1": Node(type="subgraph:s0")}, subgraphs={**levels, "s20": Subgraph()}
    )

    with pytest.raises(WorkflowError, match="unfold to more than 1,000 nodes"):
        flatten(document)


def test_node_is_found_by_its_colon_path():
    node = node_at(nested(), "5:6:7")

    assert node is not None
    assert node.type == "Add"


def test_id_with_a_colon_is_an_id_first():
    document = Document(nodes={"12:7": Node(type="Number")})

    assert node_at(document, "12:7") == document.nodes["12:7"]
    assert document.with_value("12:7", "value", 5).nodes["12:7"].values == {"value": 5}


def test_path_that_leads_nowhere_finds_nothing():
    assert node_at(nested(), "5:9:7") is None
    assert node_at(nested(), "1:9") is None


# muting


def test_muted_node_is_left_out_with_its_links():
    g = Graphs()
    muted = g.node("Number", at="1", state="mute")
    g.node("Show", at="2", value=muted)

    flat = flatten(g.document())

    assert set(flat.nodes) == {"2"}
    assert flat.nodes["2"].links == {}


def test_muted_instance_removes_everything_in_it():
    g = with_adder()
    g.nodes["12"] = Node(type="subgraph:adder", mode="mute")

    assert set(flatten(g.document()).nodes) == {"1", "3"}


def test_exposed_output_of_a_muted_node_is_left_out():
    g = Graphs()

    assert flatten(g.document(result=g.node("Number", state="mute"))).outputs == {}


# bypassing


def kind(name: str, takes: list[str], gives: list[str]) -> NodeSpec:
    """Return a spec whose inputs are i0, i1, … and have these types."""
    inputs = tuple(InputSpec(f"i{index}", each) for index, each in enumerate(takes))
    return NodeSpec(name, lambda: None, inputs, tuple(OutputSpec(each, each) for each in gives))


def passed(takes: list[str], gives: list[str], wanted: str, *, output: int = 0) -> str | None:
    """Return which input of a bypassed node stands for its output, seen from a `wanted` input."""
    g = Graphs()
    above = {f"i{index}": g.node("Source", at=f"i{index}") for index in range(len(takes))}
    bypassed = g.node("Middle", at="middle", state="bypass", **above)
    g.node("User", at="user", i0=bypassed[output])
    specs = {"Middle": kind("Middle", takes, gives), "User": kind("User", [wanted], [])}
    link = flatten(g.document(), specs).nodes["user"].links.get("i0")
    return link.node if link else None


def test_bypassed_node_is_left_out():
    g = Graphs()
    g.node("Number", at="1", state="bypass")

    assert flatten(g.document()).nodes == {}


def test_bypass_takes_the_input_of_the_same_index_if_it_fits():
    assert passed(["IMAGE", "IMAGE"], ["MASK", "IMAGE"], "IMAGE", output=1) == "i1"


def test_bypass_asked_for_anything_takes_the_same_index_whatever_its_type():
    assert passed(["MODEL", "MASK"], ["IMAGE", "IMAGE"], "*", output=1) == "i1"


def test_bypass_asked_for_anything_takes_the_first_input_where_there_is_no_such_index():
    assert passed(["MODEL"], ["MODEL", "CLIP"], "*", output=1) == "i0"


def test_bypass_takes_the_first_input_of_the_type_asked_for():
    assert passed(["MODEL", "LATENT", "LATENT"], ["LATENT"], "LATENT") == "i1"


def test_bypass_takes_the_first_input_that_fits_both_types():
    assert passed(["MODEL", "IMAGE,MASK"], ["IMAGE"], "IMAGE") == "i1"


def test_bypass_breaks_the_link_where_nothing_fits():
    assert passed(["MODEL", "CLIP"], ["LATENT"], "LATENT") is None


def test_bypass_breaks_the_link_where_the_chosen_input_has_none():
    g = Graphs()
    bypassed = g.node("Middle", at="middle", state="bypass")
    g.node("User", at="user", i0=bypassed)
    specs = {"Middle": kind("Middle", ["IMAGE"], ["IMAGE"]), "User": kind("User", ["IMAGE"], [])}

    assert flatten(g.document(), specs).nodes["user"].links == {}


def test_bypassed_nodes_in_a_row_are_passed_with_the_first_askers_type():
    g = Graphs()
    top = g.node("Source", at="top")
    one = g.node("Middle", at="one", state="bypass", i0=g.node("Source", at="other"), i1=top)
    two = g.node("Middle", at="two", state="bypass", i0=g.node("Source", at="more"), i1=one)
    g.node("User", at="user", i0=two)
    specs = {
        "Middle": kind("Middle", ["MODEL", "IMAGE"], ["IMAGE"]),
        "User": kind("User", ["IMAGE"], []),
    }

    assert source(flatten(g.document(), specs), "user", "i0") == ("top", 0)


def test_muted_node_behind_a_bypassed_one_breaks_the_link():
    g = Graphs()
    muted = g.node("Source", at="top", state="mute")
    bypassed = g.node("Middle", at="middle", state="bypass", i0=muted)
    g.node("User", at="user", i0=bypassed)

    assert flatten(g.document()).nodes["user"].links == {}


def test_bypassed_nodes_that_feed_each_other_break_the_link():
    nodes = {
        "a": Node(type="M", mode="bypass", links={"i0": LinkSource("b", 0)}),
        "b": Node(type="M", mode="bypass", links={"i0": LinkSource("a", 0)}),
        "user": Node(type="U", links={"i0": LinkSource("a", 0)}),
    }

    assert flatten(Document(nodes=nodes)).nodes["user"].links == {}


def test_bypassed_node_of_an_unknown_type_passes_its_first_link():
    g = Graphs()
    bypassed = g.node("Unknown", state="bypass", x=g.node("Source", at="top"))
    g.node("User", at="user", i0=bypassed)

    assert source(flatten(g.document()), "user", "i0") == ("top", 0)


def test_exposed_output_of_a_bypassed_node_is_its_inputs():
    g = Graphs()
    bypassed = g.node("Unknown", state="bypass", x=g.node("Source", at="top"))

    assert flatten(g.document(result=bypassed)).outputs == {"result": ("top", 0)}


def test_asker_with_growing_inputs_asks_for_its_items_type():
    item = InputSpec("", "LATENT")
    user = InputSpec("many", "LATENT", dynamic=Growing(item, prefix="item"))
    g = Graphs()
    above = {"i0": g.node("Source", at="i0"), "i1": g.node("Source", at="i1")}
    bypassed = g.node("Middle", state="bypass", **above)
    g.node("User", at="user", **{"many.item0": bypassed})
    specs = {
        "Middle": kind("Middle", ["MODEL", "LATENT"], ["LATENT"]),
        "User": NodeSpec("User", lambda: None, (user,)),
    }

    assert source(flatten(g.document(), specs), "user", "many.item0") == ("i1", 0)


def test_bypassed_instance_passes_the_input_that_fits():
    g = Graphs()
    definition = g.subgraph(
        inputs={"model": [("m", "i0")], "latent": [("m", "i1")]}, out=g.node("Middle", at="m")
    )
    top = Graphs(subgraphs={"s": definition})
    given = {"model": top.node("Source", at="model"), "latent": top.node("Source", at="latent")}
    top.node("User", at="user", i0=top.node("subgraph:s", state="bypass", **given))
    specs = {
        "Middle": kind("Middle", ["MODEL", "LATENT"], ["LATENT"]),
        "User": kind("User", ["LATENT"], []),
    }

    assert source(flatten(top.document(), specs), "user", "i0") == ("latent", 0)
