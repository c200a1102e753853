from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine.document import Document, Node, read_document, write_document
from engine.document.large_numbers import SAFE, as_text, marked, unmarked

PLAIN = st.recursive(
    st.none() | st.booleans() | st.text() | st.integers(-(2**70), 2**70) | st.floats(0, 1),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def largest(value: Any) -> int:
    """Return the largest integer in plain data, whatever its sign."""
    if isinstance(value, dict):
        return max(map(largest, value.values()), default=0)
    if isinstance(value, list):
        return max(map(largest, value), default=0)
    return abs(value) if isinstance(value, int) else 0


@given(PLAIN)
def test_marking_is_undone(value: Any):
    assert unmarked(json.loads(json.dumps(marked(value)))) == value


@given(PLAIN)
def test_nothing_is_left_that_javascript_can_not_hold(value: Any):
    assert largest(marked(value)) <= SAFE
    assert largest(as_text(value)) <= SAFE


def test_value_of_a_node_is_text_and_a_source_that_is_kept_holds_numbers():
    seed = 2**64 - 1
    node = Node(type="Unknown", values={"seed": seed}, foreign={"widgets_values": [seed, "fixed"]})
    again = read_document(write_document(Document(nodes={"1": node}, extra={"at": -seed})))

    assert again.nodes["1"].values == {"seed": str(seed)}
    assert again.nodes["1"].foreign == {"widgets_values": [seed, "fixed"]}
    assert again.extra == {"at": -seed}


def test_mark_that_is_no_number_stays():
    assert unmarked({"(integer)": "seven"}) == {"(integer)": "seven"}
    assert unmarked({"(integer)": "9" * 5000}) == {"(integer)": "9" * 5000}
