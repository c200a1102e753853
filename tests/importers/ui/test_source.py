"""COMPAT.md A5: what a saved workflow is, and how little of it has to be there."""

import pytest

from engine.document import LinkSource
from engine.errors import WorkflowError
from engine.importers.ui import read_ui
from engine.registry import Registry
from tests.saved import Saved, notes, prompt, read


def two() -> Saved:
    g = Saved()
    g.node(1, "Source", [5, "x"])
    g.node(2, "Sink", [0])
    g.link(1, 0, 2, "value")
    return g


def test_a5_nodes_with_id_and_type_are_enough():
    document = read({"version": 0.4, "nodes": [{"id": 1, "type": "Source"}]})

    assert document.nodes["1"].type == "Source"


def test_a5_a_node_whose_type_is_no_text_is_named_and_left_out():
    raw = {"version": 0.4, "nodes": [{"id": 1, "type": ["Source"]}, {"type": "Source"}]}

    assert notes(raw) == [
        "It has no type that is text, so it was left out; the file still has it.",
        "A node without an id was left out; the file still has it.",
    ]


def test_a5_a_file_without_nodes_is_refused():
    with pytest.raises(WorkflowError, match='no list "nodes"'):
        read_ui({"version": 0.4}, Registry())


def test_a5_version_1_has_links_as_objects_and_a_state():
    link = {"id": 1, "origin_id": 1, "origin_slot": 0, "target_id": 2, "target_slot": 0}
    g = two()
    raw = g.document(version=1, state={"lastNodeId": 2}, reroutes=[{"id": 1, "pos": [1, 2]}])
    raw["links"] = [{**link, "type": "*", "parentId": 1}]

    document = read(raw)

    assert document.nodes["2"].links == {"value": LinkSource("1", 0, "*")}
    assert document.view["links"] == {"1": {"type": "*"}}
    assert document.view["routes"] == {"2": {"value": "d1"}}
    assert document.extra["comfyui"]["state"] == {"lastNodeId": 2}
    assert "reroutes" not in document.extra["comfyui"]


def test_a5_the_table_wins_over_the_nodes_inputs():
    g = two()
    g.nodes[1]["inputs"][0]["link"] = None

    assert prompt(g.document())["2"]["inputs"]["value"] == ["1", 0]


def test_a5_a_link_that_only_a_node_names_is_none():
    g = two()
    raw = g.document()
    raw["links"] = []

    assert read(raw).nodes["2"].links == {}


def test_a5_inputs_are_matched_by_name_not_by_the_definitions_order():
    g = Saved()
    g.node(1, "Source", [5, "x"])
    g.node(2, "Sink", [0])
    g.link(1, 0, 2, "other")

    assert set(read(g.document()).nodes["2"].links) == {"other"}


def test_a5_a_renumbered_slot_is_found_by_the_links_id():
    g = two()
    g.links[0][4] = 7

    assert set(read(g.document()).nodes["2"].links) == {"value"}


@pytest.mark.parametrize(
    "change", [{1: "1", 2: "0", 3: "2", 4: "0"}, {5: 7}, {5: ["A", "B"]}, {5: None}]
)
def test_a5_slots_may_be_text_and_types_anything(change: dict[int, object]):
    g = two()
    for place, value in change.items():
        g.links[0][place] = value

    assert prompt(g.document())["2"]["inputs"]["value"] == ["1", 0]


def test_a5_null_links_are_passed_over():
    g = two()
    g.links.insert(0, None)

    assert notes(g.document()) == []
    assert set(read(g.document()).nodes["2"].links) == {"value"}


@pytest.mark.parametrize(
    ("pos", "size"), [([10, 20], [30, 40]), ({"0": 10, "1": 20}, {"0": 30, "1": 40})]
)
def test_a5_places_are_lists_or_objects(pos: object, size: object):
    document = read({"nodes": [{"id": 1, "type": "Source", "pos": pos, "size": size}]})

    assert document.nodes["1"].place == (10, 20, 30, 40)


def test_a5_a_place_that_cannot_be_read_is_kept():
    document = read({"nodes": [{"id": 1, "type": "Source", "pos": "left", "size": [1, 2, 3]}]})

    assert document.nodes["1"].place == ()
    assert document.nodes["1"].foreign["node"] == {"pos": "left", "size": [1, 2, 3]}


@pytest.mark.parametrize(
    ("number", "mode"), [(0, "run"), (1, "run"), (2, "mute"), (3, "run"), (4, "bypass")]
)
def test_a5_modes(number: int, mode: str):
    node = read({"nodes": [{"id": 1, "type": "Source", "mode": number}]}).nodes["1"]

    assert node.mode == mode


def test_a5_a_title_is_kept_where_it_is_not_the_types_own():
    nodes = [
        {"id": 1, "type": "Source", "title": "Mine"},
        {"id": 2, "type": "Source", "title": "Source"},
    ]

    document = read({"nodes": nodes})

    assert [each.title for each in document.nodes.values()] == ["Mine", ""]


def test_a5_text_ids_lose_their_colons():
    document = read({"nodes": [{"id": "3:1", "type": "Source"}]})

    assert document.nodes["3_1"].foreign["node"]["id"] == "3:1"


def test_a5_what_the_document_does_not_say_stays_in_foreign():
    facts = {
        "flags": {"collapsed": True},
        "order": 3,
        "color": "#222",
        "bgcolor": "#000",
        "properties": {"cnr_id": "comfy-core"},
        "showAdvanced": True,
    }
    socket = {"name": "value", "type": "*", "label": "Shown", "shape": 7, "link": None}
    document = read({"nodes": [{"id": 1, "type": "Sink", "inputs": [socket], **facts}]})

    foreign = document.nodes["1"].foreign
    assert foreign["format"] == "comfyui-ui"
    assert foreign["node"] == {**facts, "inputs": [socket]}


def test_a5_groups_are_frames():
    group = {"id": 1, "title": "Step", "bounding": [1, 2, 3, 4], "color": "#3f789e", "flags": {}}

    assert read({"nodes": [], "groups": [group]}).frames == [
        {
            "title": "Step",
            "place": [1, 2, 3, 4],
            "color": "#3f789e",
            "foreign": {"id": 1, "flags": {}},
        }
    ]


def test_a5_the_viewport_is_the_view():
    view = read({"nodes": [], "extra": {"ds": {"scale": 0.5, "offset": [10, -3]}}}).view

    assert view == {"offset": [10, -3], "zoom": 0.5}


def test_a5_the_root_objects_other_keys_are_kept():
    rest = {
        "version": 0.4,
        "revision": 2,
        "last_node_id": 9,
        "last_link_id": 9,
        "config": {"links_ontop": True},
        "floatingLinks": [{"id": 4}],
        "extra": {"frontendVersion": "1.27", "groupNodes": {"old": {}}, "reroutes": [{"id": 1}]},
    }

    document = read({"id": "6f1c", "nodes": [], "links": [], "groups": [], **rest})

    assert document.id == "6f1c"
    assert document.extra["comfyui"] == rest


def test_a5_models_to_download_are_gathered_once():
    model = {"name": "a.safetensors", "directory": "vae", "url": "https://x/a", "hash": "12"}
    properties = {"models": [model]}
    nodes = [{"id": n, "type": "Source", "properties": properties} for n in (1, 2)]

    assert read({"nodes": nodes, "models": [model]}).extra["models"] == [
        {**model, "hash_type": "", "nodes": ["1", "2"]}
    ]


def test_a5_old_group_nodes_stay_unknown():
    raw = {"id": 1, "type": "workflow>Hires", "widgets_values": [1]}

    node = read({"nodes": [raw]}).nodes["1"]

    assert node.type == "workflow>Hires"
    assert node.foreign["node"] == raw


@pytest.mark.parametrize(
    ("link", "sentence"),
    [
        ([9, 77, 0, 2, 0, "*"], 'A link comes from node "77", which is not there.'),
        ([9, 1, 0, 77, 0, "*"], 'A link goes to node "77", which is not there.'),
        ([9, 1, 0, 2, 5, "*"], "A link goes to its input 5, which it does not list."),
        ([9, 1, 0, 2, 0, "*"], "Two links go to this input; one was left out."),
        ("9", "A link that is neither a list nor an object of a link was left out."),
        ([9, 1, -1, 2, 0], "A link that is neither a list nor an object of a link was left out."),
    ],
)
def test_a_link_that_cannot_be_used_is_noted_and_kept(link: object, sentence: str):
    g = two()
    g.links.append(link)

    assert notes(g.document()) == [sentence]
    assert read(g.document()).extra["comfyui"]["unread"]["links"] == [link]


def test_nodes_that_cannot_be_read_are_kept():
    odd = [None, 3, {"id": 1}, {"type": "Source"}, {"id": True, "type": "Source"}]

    assert read({"nodes": odd}).extra["comfyui"]["unread"]["nodes"] == odd


def test_a_second_node_of_an_id_gets_another_one():
    raw = {"nodes": [{"id": 1, "type": "Source"}, {"id": 1, "type": "Sink"}]}

    assert {key: node.type for key, node in read(raw).nodes.items()} == {
        "1": "Source",
        "1_2": "Sink",
    }
