from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import NodeError
from engine.events import NodeFailed, NodeFinished, NodeStarted, Progress, Warned
from engine.worker.messages import JobTold, decode_from_worker, encode
from engine.worker.plain import ERROR_ROOM, Plain, plain, plain_error


class Broken(Mapping[str, Any]):
    """A mapping that can be looked at in no way."""

    def __getitem__(self, key: str) -> Any:
        raise RuntimeError("no")

    def __iter__(self) -> Iterator[str]:
        raise RuntimeError("no")

    def __len__(self) -> int:
        raise RuntimeError("no")

    def __str__(self) -> str:
        raise RuntimeError("no")


ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters(exclude_categories=())),
    st.binary(max_size=5),
    st.sampled_from([object(), Broken(), np.int64(3), np.float32(0.5), np.arange(3), 2**5000]),
)
VALUES = st.recursive(
    ODD,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.tuples(inner, inner),
        st.dictionaries(st.one_of(st.text(max_size=3), st.integers()), inner, max_size=4),
    ),
    max_leaves=20,
)


@given(VALUES)
def test_copy_of_anything_can_be_encoded(value: Any):
    copied = plain(value)

    assert msgspec.msgpack.decode(msgspec.msgpack.encode(copied)) is not Broken
    msgspec.json.encode(copied)


@given(st.recursive(st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.text()), st.lists))
def test_copy_of_data_is_equal(value: Any):
    assert plain(value) == value


@given(VALUES, VALUES, VALUES)
def test_events_of_any_pack_are_read_on_the_other_side(ui: Any, text: Any, number: Any):
    told = [
        Plain().event(NodeStarted(text, number)),
        Plain().event(NodeFinished("1", text, 0.5, ui)),
        Plain().event(NodeFailed("1", "1", {"details": ui})),
        Plain().event(Progress("1", number, text)),
        Plain().event(Warned(number, text)),
    ]

    (message,) = decode_from_worker(encode([JobTold("a", told)]))

    assert isinstance(message, JobTold)
    assert [type(each) for each in message.events] == [type(each) for each in told]


def test_numbers_of_numpy_stay_numbers():
    assert plain([np.int64(3), np.float64(0.5)]) == [3, 0.5]


def test_deep_containers_end_as_text():
    deep: list[Any] = []
    deep.append(deep)

    assert "[[" in repr(plain(deep))


@pytest.mark.parametrize("value", ["x" * 100, ["xxxx"] * 30, {str(each): 1 for each in range(50)}])
def test_what_has_no_room_is_cut(value: Any):
    copied = Plain(room=20).value(value)

    assert len(msgspec.msgpack.encode(copied)) < 60


def test_room_is_shared_by_all_that_a_job_shows():
    copies = Plain(room=10)

    assert copies.ui({"a": ["123456"]}) == {"a": ["1234567"[:6]]}
    assert copies.ui({"a": ["123456"]}) != {"a": ["123456"]}


def test_error_that_is_cut_keeps_all_its_parts():
    error = NodeError("e" * 10**6, node_id="4", details={"trace": "t" * 10**6}).as_json()

    told = plain_error(error)

    assert told.keys() == error.keys()
    assert (told["kind"], told["node"]) == ("node", "4")
    assert all(len(each) <= ERROR_ROOM + 1 for each in (told["message"], told["details"]["trace"]))
