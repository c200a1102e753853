from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.graph import Graph, find_cycle, topological_order

#: Each node may depend on nodes with a smaller number, and on some that are not there.
DAGS = st.integers(1, 30).flatmap(
    lambda size: st.fixed_dictionaries(
        {str(node): st.sets(st.integers(-3, node - 1).map(str), max_size=4) for node in range(size)}
    )
)


@given(DAGS)
def test_every_node_comes_after_those_it_depends_on(parents: dict[str, set[str]]):
    order = topological_order(parents)

    assert order is not None
    places = {node: place for place, node in enumerate(order)}
    assert sorted(order) == sorted(parents)
    assert all(
        places[above] < places[node]
        for node, several in parents.items()
        for above in several
        if above in places
    )


def test_nodes_that_wait_for_each_other_have_no_order():
    assert topological_order({"a": {"b"}, "b": {"a"}, "c": set()}) is None


def test_a_cycle_is_told_in_its_order():
    cycle = find_cycle({"a": {"c"}, "b": {"a"}, "c": {"b"}, "d": {"a"}})

    start = cycle.index("a")
    assert cycle[start:] + cycle[:start] == ["a", "b", "c"]


def test_a_graph_tells_what_is_above_and_below_a_node():
    graph = Graph({}, {"a": set(), "b": {"a"}, "c": {"b"}, "d": {"a"}})

    assert graph.ancestors("c") == {"a", "b"}
    assert graph.descendants("a") == {"b", "c", "d"}
