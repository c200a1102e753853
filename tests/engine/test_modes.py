from engine.document import Document, LinkSource, Node
from engine.document.flatten import Flat, flatten
from engine.spec import Growing, InputSpec, NodeSpec, OutputSpec
from tests.graphs import Graphs


def source(flat: Flat, node_id: str, socket: str) -> tuple[str, int]:
    link = flat.nodes[node_id].links[socket]
    return link.node, link.output


# muting


def test_muted_node_is_left_out_with_its_links():
    g = Graphs()
    muted = g.node("Number", at="1", state="mute")
    g.node("Show", at="2", value=muted)

    flat = flatten(g.document())

    assert set(flat.nodes) == {"2"}
    assert flat.nodes["2"].links == {}


def test_muted_instance_removes_everything_in_it():
    inner = Graphs()
    inner.node("Number", at="7")
    g = Graphs(subgraphs={"s": inner.subgraph()})
    g.node("Show", at="3", value=g.node("subgraph:s", at="12", state="mute"))

    flat = flatten(g.document())

    assert set(flat.nodes) == {"3"}
    assert flat.nodes["3"].links == {}


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
