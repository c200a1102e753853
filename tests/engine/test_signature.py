import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from engine.document import Document
from engine.document.flatten import flatten
from engine.graph import Graph, GraphNode
from engine.paths import Folders
from engine.registry import Registry
from engine.results import Link
from engine.signature import Profile, Signer, is_cacheable
from engine.spec import Growing, InputSpec, NodeSpec, Variants
from engine.types import NOTHING
from engine.validate import check
from engine.widgets import FileChoice, Prompt
from tests.fakes import toy
from tests.graphs import Graphs, chain
from tests.strategies import Edit, edited_sums

PROFILE = Profile(code="code")


def graph_of(document: Document, registry: Registry) -> Graph:
    return check(flatten(document, registry.specs), registry, None)


def keys_of(
    document: Document, registry: Registry, profile: Profile = PROFILE
) -> dict[str, str | None]:
    signer = Signer(profile)
    keys: dict[str, Any] = {}
    for node_id, node in graph_of(document, registry).nodes.items():
        keys[node_id] = signer.sign(node, keys)
    return keys


def key_of(
    spec: NodeSpec,
    *,
    at: Any = "1",
    links: Any = NOTHING,
    keys: Any = NOTHING,
    profile: Any = PROFILE,
    folders: Any = None,
    arrived: Any = None,
    **values: Any,
) -> str:
    """Return the key of a node that has these values and links, and whose parents these keys."""
    inputs = spec.inputs_for(values, links)
    node = GraphNode(at, spec, inputs, values, dict(links))
    key = Signer(profile, folders).sign(node, keys, arrived)
    assert key is not None
    return key


SAME = toy("Same", lambda a: a)


# laws


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edited_sums())
def test_an_edit_changes_exactly_the_keys_of_the_node_and_what_is_below(
    registry: Registry, edited: tuple[Document, Edit]
):
    document, edit = edited
    graph = graph_of(document, registry)
    below = {edit.node_id, *graph.descendants(edit.node_id)}
    before, after = keys_of(document, registry), keys_of(edit.applied(document), registry)

    assert {key for key in before if before[key] != after[key]} == below


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edited_sums())
def test_undoing_an_edit_gives_the_first_keys(registry: Registry, edited: tuple[Document, Edit]):
    document, edit = edited
    old = document.nodes[edit.node_id].values[edit.socket]
    undone = replace(edit, value=old).applied(edit.applied(document))

    assert keys_of(undone, registry) == keys_of(document, registry)


def test_keys_do_not_depend_on_ids_or_order(registry: Registry):
    g = Graphs()
    g.node("Show", at="z", value=g.node("Add", at="y", a=g.node("Number", at="x", value=1), b=1))

    keys = keys_of(g.document(), registry)

    assert [keys["x"], keys["y"]] == list(keys_of(chain(1), registry).values())[:2]


# what is in a key


def test_another_value_is_another_key():
    assert key_of(SAME, a=1) != key_of(SAME, a=2)


@pytest.mark.parametrize("pair", [(1, True), (1, 1.0), (1, "1"), ([1], "[1]"), (None, "")])
def test_values_of_other_kinds_are_other_keys(pair: tuple[Any, Any]):
    assert key_of(SAME, a=pair[0]) != key_of(SAME, a=pair[1])


def test_another_type_is_another_key():
    assert key_of(SAME, a=1) != key_of(toy("Other", lambda a: a), a=1)


def test_another_output_of_the_same_node_is_another_key():
    first, second = (
        key_of(SAME, links={"a": Link("up", index)}, keys={"up": "k"}) for index in (0, 1)
    )

    assert first != second


def test_key_above_is_in_the_key():
    links = {"a": Link("up", 0)}

    assert key_of(SAME, links=links, keys={"up": "k"}) != key_of(
        SAME, links=links, keys={"up": "other"}
    )


def test_code_of_the_engine_is_in_the_key_of_built_ins():
    assert key_of(SAME, a=1) != key_of(SAME, a=1, profile=Profile(code="newer"))


def test_code_of_a_pack_is_in_the_key_of_its_nodes():
    pack = replace(SAME, source="pack", code="one")

    assert key_of(pack, a=1) == key_of(pack, a=1, profile=Profile(code="newer"))
    assert key_of(pack, a=1) != key_of(replace(pack, code="two"), a=1)


def test_numerics_are_in_the_keys_of_the_device_lane_alone():
    exact, quick = Profile("c", lambda: "fp32"), Profile("c", lambda: "bf16")
    device = replace(SAME, lane="device")

    assert key_of(device, a=1, profile=exact) != key_of(device, a=1, profile=quick)
    assert key_of(SAME, a=1, profile=exact) == key_of(SAME, a=1, profile=quick)


def test_owner_and_folder_are_in_the_keys_of_output_nodes_alone():
    shows = replace(SAME, is_output=True)
    ada, bob = Profile(owner="ada"), Profile(owner="bob")

    assert key_of(shows, a=1, profile=ada) != key_of(shows, a=1, profile=bob)
    assert key_of(shows, a=1, profile=Profile(output="out")) != key_of(
        shows, a=1, profile=Profile(output="else")
    )
    assert key_of(SAME, a=1, profile=ada) == key_of(SAME, a=1, profile=bob)


def test_id_is_in_the_key_of_a_node_that_knows_it():
    knows = replace(SAME, hidden={"me": "unique_id"})

    assert key_of(knows, at="1", a=1) != key_of(knows, at="2", a=1)
    assert key_of(SAME, at="1", a=1) == key_of(SAME, at="2", a=1)


def test_id_is_in_the_key_of_a_node_that_is_not_idempotent():
    once = replace(SAME, is_idempotent=False)

    assert key_of(once, at="1", a=1) != key_of(once, at="2", a=1)


def test_key_is_the_same_in_another_process():
    assert key_of(SAME, profile=Profile(), a=1) == "d9e2e4d156482f8a2cf0153b64c1c066fc6d810f"


# what can not be cached


@pytest.mark.parametrize("value", [object(), 2**70])
def test_value_that_has_no_stable_form_is_never_found_again(value: Any):
    assert not is_cacheable(key_of(SAME, a=value))
    assert key_of(SAME, a=value) != key_of(SAME, a=value)


def test_fingerprint_takes_part():
    one, two = (toy("F", lambda a: a, fingerprint=lambda a, n=n: n) for n in (1, 2))

    assert key_of(one, a=1) != key_of(two, a=1)
    assert key_of(one, a=1) == key_of(one, a=1)


def test_fingerprint_that_is_not_a_number_is_never_found_again():
    never = toy("F", lambda a: a, fingerprint=lambda a: float("nan"))

    assert not is_cacheable(key_of(never, a=1))


def test_node_below_one_that_can_not_be_cached_can_not_either():
    above = key_of(SAME, a=object())

    assert not is_cacheable(key_of(SAME, links={"a": Link("up", 0)}, keys={"up": above}))


def test_fingerprint_gets_growing_inputs_as_a_dict():
    seen: list[Any] = []
    item = InputSpec("", "INT")
    grows = InputSpec("n", "INT", dynamic=Growing(item, prefix="n"))
    spec = NodeSpec("G", lambda n: n, (grows,), fingerprint=lambda n: seen.append(n))

    key_of(spec, **{"n.n0": 1, "n.n1": 2})

    assert seen == [{"n0": 1, "n1": 2}]


# files


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    folders = Folders.at(tmp_path)
    folders.input.mkdir()
    return folders


PICTURE = InputSpec("image", "COMBO", FileChoice(kind="input"), reads_files=True)
OPEN = NodeSpec("Open", lambda image: image, (PICTURE,))


def written(folders: Folders, name: str, text: str) -> Path:
    path = folders.input / name
    path.write_text(text)
    return path


def test_content_of_a_file_is_in_the_key(folders: Folders):
    written(folders, "a.png", "one")
    before = key_of(OPEN, folders=folders, image="a.png")
    written(folders, "a.png", "other")

    assert key_of(OPEN, folders=folders, image="a.png") != before


def test_file_that_was_only_touched_keeps_its_key(folders: Folders):
    path = written(folders, "a.png", "one")
    before = key_of(OPEN, folders=folders, image="a.png")
    os.utime(path, (1, 1))

    assert key_of(OPEN, folders=folders, image="a.png") == before


def test_fingerprint_takes_the_place_of_files(folders: Folders):
    spec = replace(OPEN, fingerprint=lambda image: "same")
    written(folders, "a.png", "one")
    before = key_of(spec, folders=folders, image="a.png")
    written(folders, "a.png", "other")

    assert key_of(spec, folders=folders, image="a.png") == before


def test_key_waits_for_a_linked_file_name(folders: Folders):
    node = GraphNode("1", OPEN, OPEN.inputs, {}, {"image": Link("up", 0)})

    assert Signer(PROFILE, folders).sign(node, {"up": "k"}) is None


def test_linked_file_name_takes_part_when_it_arrives(folders: Folders):
    written(folders, "a.png", "one")
    links = {"image": Link("up", 0)}
    late = {"links": links, "keys": {"up": "k"}, "arrived": {"image": ["a.png"]}}
    before = key_of(OPEN, folders=folders, **late)
    written(folders, "a.png", "other")

    assert key_of(OPEN, folders=folders, **late) != before


def test_node_below_one_that_waits_waits_too():
    node = GraphNode("2", SAME, SAME.inputs, {}, {"a": Link("1", 0)})

    assert Signer(PROFILE).sign(node, {}) is None


def test_files_that_a_text_names_are_in_the_key(folders: Folders):
    words = Prompt(find=lambda text, at: [at.input / each for each in text.split()])
    spec = NodeSpec(
        "Read", lambda text: text, (InputSpec("text", "STRING", words, reads_files=True),)
    )
    written(folders, "a.txt", "one")
    written(folders, "b.txt", "two")
    before = key_of(spec, folders=folders, text="a.txt b.txt")
    written(folders, "b.txt", "other")

    assert key_of(spec, folders=folders, text="a.txt b.txt") != before


def test_files_of_a_growing_input_are_in_the_key(folders: Folders):
    grows = InputSpec("many", "COMBO", dynamic=Growing(PICTURE, prefix="image"))
    spec = NodeSpec("OpenMany", lambda many: many, (grows,))
    written(folders, "a.png", "one")
    before = key_of(spec, folders=folders, **{"many.image0": "a.png"})
    written(folders, "a.png", "other")

    assert key_of(spec, folders=folders, **{"many.image0": "a.png"}) != before


def test_files_of_a_choice_are_in_the_key(folders: Folders):
    mode = InputSpec("mode", "COMBO", dynamic=Variants({"off": (), "on": (PICTURE,)}))
    spec = NodeSpec("OpenMaybe", lambda mode: mode, (mode,))
    written(folders, "a.png", "one")
    given = {"mode": "on", "mode.image": "a.png"}
    before = key_of(spec, folders=folders, **given)
    written(folders, "a.png", "other")

    assert key_of(spec, folders=folders, **given) != before
