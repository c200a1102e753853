import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import WorkerError
from engine.worker import wire
from engine.worker.wire import Frames, framed


@given(st.lists(st.binary(max_size=40), max_size=8), st.lists(st.integers(0, 400), max_size=20))
def test_frames_come_out_however_the_stream_is_cut(contents: list[bytes], cuts: list[int]):
    stream = b"".join(framed(each) for each in contents)
    places = sorted({0, len(stream), *(min(cut, len(stream)) for cut in cuts)})
    pieces = [stream[start:stop] for start, stop in itertools.pairwise(places)]
    frames = Frames()

    assert [frame for piece in pieces for frame in frames.feed(piece)] == contents


def test_frame_that_is_too_large_is_not_read():
    with pytest.raises(WorkerError, match="at most 256 MB"):
        list(Frames().feed(b"\xff\xff\xff\xff"))


def test_frame_that_is_too_large_is_not_written(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(wire, "LARGEST", 3)

    with pytest.raises(WorkerError):
        framed(b"four")
