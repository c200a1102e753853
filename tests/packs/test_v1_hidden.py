from typing import Any

from engine.declaring.declarations import node_info
from engine.engine import Engine
from engine.registry import Registry
from tests.graphs import Graphs
from tests.v1_nodes import v1


def give(self: Any, **given: Any) -> tuple[Any]:
    return (given,)


def test_hidden_inputs_are_filled_in(engine: Engine, registry: Registry):
    hidden = {"me": "UNIQUE_ID", "all": "PROMPT", "info": "EXTRA_PNGINFO"}
    tokens = {"token": "AUTH_TOKEN_COMFY_ORG", "key": "API_KEY_COMFY_ORG"}
    registry.add(v1("Given", give, {"a": ("INT", {})}, hidden=hidden | tokens))
    g = Graphs()

    (given,) = engine.run(g.document(result=g.node("Given", at="7", a=1))).outputs["result"]

    assert (given["me"], given["token"], given["key"]) == ("7", None, None)
    assert given["all"]["7"]["class_type"] == "Given"
    assert list(given["info"]) == ["sfumato", "workflow"]


def test_hidden_inputs_are_listed_under_their_keys():
    spec = v1("Given", give, {}, hidden={"me": "UNIQUE_ID", "key": "API_KEY_COMFY_ORG"})

    hidden = node_info(spec)["input"]["hidden"]

    assert hidden == {"me": "UNIQUE_ID", "key": "API_KEY_COMFY_ORG"}


def test_equal_nodes_share_a_result(engine: Engine, registry: Registry):
    registry.add(v1("Given", give, {"a": ("INT", {})}))

    assert len(two_equal(engine)) == 1


def test_nodes_that_know_their_id_do_not_share_a_result(engine: Engine, registry: Registry):
    registry.add(v1("Given", give, {"a": ("INT", {})}, hidden={"me": "UNIQUE_ID"}))

    assert len(two_equal(engine)) == 2


def test_nodes_that_are_not_idempotent_do_not_share_a_result(engine: Engine, registry: Registry):
    registry.add(v1("Given", give, {"a": ("INT", {})}, NOT_IDEMPOTENT=True))

    assert len(two_equal(engine)) == 2


def two_equal(engine: Engine) -> list[str]:
    """Return which of two equal nodes ran, one after the other."""
    ran: list[str] = []
    for at in ("a", "b"):
        g = Graphs()
        ran += engine.run(g.document(result=g.node("Given", at=at, a=1))).ran
    return ran


def look(self: Any, prompt: Any, me: str, a: int) -> dict[str, Any]:
    """Expand to a node that looks at itself, and look at the document's nodes."""
    seen = {
        "node": prompt.get_node(me),
        "has": (prompt.has_node(me), prompt.has_node("nobody")),
        "all": sorted(prompt.all_node_ids()),
        "original": sorted(prompt.get_original_prompt()),
        "above": prompt.get_parent_node_id(me),
        "real": prompt.get_real_node_id(me),
        "shown": prompt.get_display_node_id(me),
    }
    if a == 0:
        return {"result": (seen,)}
    inner = {f"{me}.x": {"class_type": "Look", "inputs": {"a": a - 1}}}
    return {"result": ([f"{me}.x", 0],), "expand": inner}


LOOK = v1("Look", look, {"a": ("INT", {})}, hidden={"prompt": "DYNPROMPT", "me": "UNIQUE_ID"})


def test_dynamic_prompt_shows_the_nodes_of_the_run(engine: Engine, registry: Registry):
    registry.add(LOOK)
    g = Graphs()
    a = g.node("Number", at="n", value=0)

    (seen,) = engine.run(g.document(result=g.node("Look", at="look", a=a))).outputs["result"]

    assert seen["node"] == {"class_type": "Look", "inputs": {"a": ["n", 0]}}
    assert seen["has"] == (True, False)
    assert seen["all"] == seen["original"] == ["look", "n"]
    assert (seen["above"], seen["real"], seen["shown"]) == (None, "look", "look")


def test_dynamic_prompt_shows_nodes_that_were_added(engine: Engine, registry: Registry):
    registry.add(LOOK)
    g = Graphs()

    (seen,) = engine.run(g.document(result=g.node("Look", at="look", a=2))).outputs["result"]

    assert seen["node"] == {"class_type": "Look", "inputs": {"a": 0}}
    assert seen["all"] == ["look", "look.x", "look.x.x"]
    assert seen["original"] == ["look"]
    assert (seen["above"], seen["real"], seen["shown"]) == ("look.x", "look", "look")


def test_dynamic_prompt_names_a_node_that_is_not_there(engine: Engine, registry: Registry):
    def ask(self: Any, prompt: Any) -> tuple[Any]:
        return (prompt.get_node("nobody"),)

    registry.add(v1("Ask", ask, {}, hidden={"prompt": "DYNPROMPT"}))
    g = Graphs()

    report = engine.run(g.document(result=g.node("Ask")))

    assert report.error is not None
    assert 'There is no node "nobody"' in report.error.message
