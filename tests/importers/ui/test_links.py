"""COMPAT.md A7: what runs of a workflow, compared with the API prompt it stands for."""

import pytest

from tests.saved import Json, Saved, made, prompt, read, socket, whole, words


def chain(*kinds: str, held: object = None, **more: object) -> Saved:
    """Return a source and a sink with nodes of these types between them, ids 2, 3, …"""
    g = Saved()
    g.node(1, "Source", [5, "x"])
    for key, kind in enumerate(kinds, 2):
        g.node(key, kind, held, **more)
        g.link(key - 1, 0, key, "")
    g.node(9, "Sink", [0])
    g.link(1 + len(kinds), 0, 9, "value")
    return g


PROMPT: Json = {
    "1": {"class_type": "Source", "inputs": {"value": 5, "text": "x"}},
    "9": {"class_type": "Sink", "inputs": {"count": 0, "value": ["1", 0]}},
}


def test_a7_rule1_notes_never_run():
    g = chain()
    g.node(20, "Note", ["remember"], pos=[1, 2], size=[3, 4], title="Why")
    g.node(21, "MarkdownNote", ["# remember"])

    assert prompt(g.document()) == PROMPT


def test_a7_rule1_notes_are_in_the_view():
    g = Saved()
    raw = g.node(20, "MarkdownNote", ["# why"], pos=[1, 2], size=[3, 4], title="Why")

    assert read(g.document()).view["notes"] == [
        {
            "id": "20",
            "title": "Why",
            "text": "# why",
            "format": "markdown",
            "place": [1, 2, 3, 4],
            "foreign": raw,
        }
    ]


@pytest.mark.parametrize(
    "kind",
    [
        "Fast Muter (rgthree)",
        "Fast Groups Bypasser (rgthree)",
        "Label (rgthree)",
        "Bookmark (rgthree)",
        "Node Collector (rgthree)",
        "Anything Everywhere",
    ],
)
def test_a7_rule1_nodes_of_packs_that_only_the_browser_knows_never_run(kind: str):
    g = chain()
    g.node(20, kind)
    g.link(1, 0, 20, "anything")

    assert prompt(g.document()) == PROMPT
    assert read(g.document()).view["virtual"]["20"]["foreign"]["type"] == kind
    assert read(g.document()).view["wires"]["20"] == {"0": ["1", 0]}


def test_a7_rule1_a_type_that_a_pack_here_declares_runs():
    g = Saved()
    g.node(1, "Label (rgthree)", [3])

    assert prompt(g.document(), made("Label (rgthree)", whole("n")))["1"]["inputs"] == {"n": 3}


@pytest.mark.parametrize("mode", [2, 4])
def test_a7_rule2_muted_and_bypassed_nodes_never_run(mode: int):
    g = chain()
    g.node(20, "Source", [1, ""], mode=mode)

    assert prompt(g.document()) == PROMPT
    assert "20" in read(g.document()).nodes


def test_a7_rule4_a_link_overrides_a_value():
    g = Saved()
    g.node(1, "Source", [5, "x"])
    g.node(2, "Sink", [77])
    g.link(1, 0, 2, "count")

    assert prompt(g.document())["2"]["inputs"] == {"count": ["1", 0]}
    assert read(g.document()).nodes["2"].values == {"count": 77}


def test_a7_rule5_an_input_from_a_muted_node_is_left_out():
    g = chain("Pass", mode=2)

    assert prompt(g.document())["9"]["inputs"] == {"count": 0}


def test_a7_rule5_a_muted_nodes_value_falls_back_to_the_widget():
    g = Saved()
    g.node(1, "Source", [5, "x"], mode=2)
    g.node(2, "Sink", [77])
    g.link(1, 0, 2, "count")

    assert prompt(g.document())["2"]["inputs"] == {"count": 77}


def bypassed(asked: str, output: int, *fed: str) -> Json:
    """Return what a consumer of a bypassed node with inputs INT, STRING gets."""
    g = Saved()
    g.node(1, "Source", [5, "x"])
    g.node(2, "Pass", mode=4)
    for name in fed:
        g.link(1, 0, 2, name)
    g.node(3, "Ask")
    g.link(2, output, 3, "asked")
    return prompt(g.document(), made("Ask", socket("asked", asked)))["3"]["inputs"]


@pytest.mark.parametrize(
    ("asked", "output", "fed", "found"),
    [
        ("*", 0, ("a", "b"), {"asked": ["1", 0]}),
        ("*", 1, ("b",), {"asked": ["1", 0]}),
        ("*", 1, ("a",), {}),
        ("INT", 0, ("a",), {"asked": ["1", 0]}),
        ("STRING", 1, ("b",), {"asked": ["1", 0]}),
        ("STRING", 0, ("b",), {"asked": ["1", 0]}),
        ("MODEL", 0, ("a", "b"), {}),
    ],
)
def test_a7_rule5_a_bypassed_node_passes_an_input_by_type(
    asked: str, output: int, fed: tuple[str, ...], found: Json
):
    assert bypassed(asked, output, *fed) == found


@pytest.mark.parametrize("kind", ["Reroute", "Reroute (rgthree)"])
def test_a7_rule5_reroutes_pass_their_input(kind: str):
    assert prompt(chain(kind, kind).document()) == PROMPT


def test_a7_rule5_a_reroute_keeps_the_type_that_the_consumer_asks_for():
    g = Saved()
    g.node(1, "Source", [5, "x"])
    g.node(2, "Pass", mode=4)
    g.link(1, 1, 2, "b")
    g.node(3, "Reroute")
    g.link(2, 0, 3, "")
    g.node(4, "Ask")
    g.link(3, 0, 4, "asked")

    found = prompt(g.document(), made("Ask", socket("asked", "STRING")))

    assert found["4"]["inputs"] == {"asked": ["1", 1]}


def test_a7_rule5_the_drawn_way_is_in_the_view():
    view = read(chain("Reroute", "Reroute").document()).view

    assert view["wires"] == {
        "2": {"0": ["1", 0]},
        "3": {"0": ["2", 0]},
        "9": {"value": ["3", 0]},
    }


def test_a7_rule5_a_muted_reroute_brings_nothing():
    assert prompt(chain("Reroute", mode=2).document())["9"]["inputs"] == {"count": 0}


def test_a7_rule5_reroutes_in_a_circle_bring_nothing():
    g = Saved()
    g.node(1, "Reroute")
    g.node(2, "Reroute")
    g.link(1, 0, 2, "")
    g.link(2, 0, 1, "")
    g.node(9, "Sink", [0])
    g.link(2, 0, 9, "value")

    assert prompt(g.document())["9"]["inputs"] == {"count": 0}


@pytest.mark.parametrize(
    ("setter", "getter"), [("SetNode", "GetNode"), ("easy setNode", "easy getNode")]
)
@pytest.mark.parametrize(
    ("set_more", "get_more"),
    [
        ({"held": ["model"]}, {"held": ["model"]}),
        ({"held": None, "title": "Set_model"}, {"held": None, "title": "Get_model"}),
        ({"held": None, "properties": {"previousName": "model"}}, {"held": ["model"]}),
    ],
)
def test_a7_rule5_get_nodes_give_what_the_set_node_of_the_name_has(
    setter: str, getter: str, set_more: Json, get_more: Json
):
    g = Saved()
    g.node(1, "Source", [5, "x"])
    g.node(2, setter, **set_more)
    g.link(1, 0, 2, "INT")
    g.node(3, getter, **get_more)
    g.node(9, "Sink", [0])
    g.link(3, 0, 9, "value")

    assert prompt(g.document()) == PROMPT


def test_a7_rule5_a_set_node_passes_its_input_on():
    assert prompt(chain("SetNode", held=["model"]).document()) == PROMPT


def test_a7_rule5_a_get_node_without_a_set_node_brings_nothing():
    g = Saved()
    g.node(3, "GetNode", ["model"])
    g.node(9, "Sink", [0])
    g.link(3, 0, 9, "value")

    assert prompt(g.document()) == {"9": {"class_type": "Sink", "inputs": {"count": 0}}}


def test_a7_rule5_use_everywhere_links_feed_unlinked_inputs():
    implied = {
        "downstream": 9,
        "downstream_slot": 0,
        "upstream": "1",
        "upstream_slot": 0,
        "controller": 20,
        "type": "*",
    }
    g = Saved()
    g.node(1, "Source", [5, "x"])
    g.node(9, "Sink", [0], inputs=[{"name": "value", "type": "*", "link": None}])
    raw = g.document(extra={"ue_links": [implied]})

    assert prompt(raw) == PROMPT
    assert read(raw).view["implied"] == {"9": ["value"]}
    assert read(raw).extra["comfyui"]["extra"]["ue_links"] == [implied]


def test_a7_rule5_a_drawn_link_wins_over_use_everywhere():
    g = chain()
    g.node(20, "Source", [6, ""])
    implied = {"downstream": 9, "downstream_slot": 0, "upstream": 20, "upstream_slot": 0}

    assert prompt(g.document(extra={"ue_links": [implied]}))["9"] == PROMPT["9"]


def test_a7_rule6_a_primitive_becomes_a_constant():
    g = Saved()
    g.node(1, "PrimitiveNode", [42, "increment"])
    g.node(2, "Reroute")
    g.link(1, 0, 2, "")
    g.node(9, "Sink", [0])
    g.link(2, 0, 9, "count")
    document = read(g.document())

    assert prompt(g.document()) == {"9": {"class_type": "Sink", "inputs": {"count": 42}}}
    assert document.nodes["9"].controls == {"count": "increment"}
    assert document.nodes["9"].foreign["widgets"] == {"covered": {"count": 0}}
    assert document.view["wires"]["9"] == {"count": ["2", 0]}


@pytest.mark.parametrize(
    ("asks", "found"), [(True, "size _5_ %date:yy%"), (False, "size %Size.value% %date:yy%")]
)
def test_a7_rule6_a_primitive_may_ask_for_text_replacement(asks: bool, found: str):
    g = Saved()
    g.node(1, "PrimitiveNode", ["size %Size.value% %date:yy%"])
    g.nodes[0]["properties"] = {"Run widget replace on values": asks}
    g.node(2, "Named", ["?5?"], title="Size")
    g.node(3, "Named", [""])
    g.link(1, 0, 3, "value")

    assert prompt(g.document(), made("Named", words("value")))["3"]["inputs"] == {"value": found}


def test_a7_rule7_links_to_what_does_not_run_are_left_out():
    g = Saved()
    g.node(1, "Fast Muter (rgthree)")
    g.node(9, "Sink", [0])
    g.link(1, 0, 9, "value")

    assert prompt(g.document())["9"]["inputs"] == {"count": 0}
    assert read(g.document()).view["wires"] == {"9": {"value": ["1", 0]}}
