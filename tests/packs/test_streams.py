from __future__ import annotations

import io
import logging
import sys
import threading
from types import ModuleType
from typing import Any

import pytest

from engine.packs import streams
from engine.registry import PACK_PREFIX


def pack(text: str) -> Any:
    """Return a module as packs have them, executed on this thread."""
    streams.install()
    module = ModuleType(f"{PACK_PREFIX}test")
    exec(text, vars(module))
    return module


def on_thread(text: str) -> None:
    thread = threading.Thread(target=pack, args=(text,))
    thread.start()
    thread.join()


def test_what_we_print_is_output(capsys: pytest.CaptureFixture[str]):
    streams.install()

    print("ours")
    sys.stdout.write("too\n")

    assert capsys.readouterr() == ("ours\ntoo\n", "")


@pytest.mark.parametrize(
    "text",
    [
        "print('theirs')",
        "print('theirs', file=None)",
        "import sys; sys.stdout.write('theirs\\n'); sys.stdout.flush()",
        "import sys; print('theirs', file=sys.stdout)",
    ],
)
def test_what_packs_print_is_no_output(capsys: pytest.CaptureFixture[str], text: str):
    pack(text)
    on_thread(text)

    assert capsys.readouterr() == ("", "theirs\ntheirs\n")


def test_what_packs_write_as_bytes_is_no_output(capsysbinary: pytest.CaptureFixture[bytes]):
    pack("import sys; sys.stdout.buffer.write(b'theirs')")

    assert capsysbinary.readouterr() == (b"", b"theirs")


def test_what_a_pack_calls_prints_for_the_pack(capsys: pytest.CaptureFixture[str]):
    def library() -> None:
        print("library")

    pack("def call(function): function()").call(library)

    assert capsys.readouterr() == ("", "library\n")


def test_what_we_print_after_a_pack_is_output_again(capsys: pytest.CaptureFixture[str]):
    pack("print('theirs')")
    print("ours")

    assert capsys.readouterr().out == "ours\n"


@pytest.mark.parametrize("text", ["input()", "import sys; next(sys.stdin)"])
def test_packs_find_the_end_of_input(text: str):
    with pytest.raises((EOFError, StopIteration)):
        pack(text)


def test_packs_close_nothing(capsys: pytest.CaptureFixture[str]):
    pack("import sys; sys.stdout.close(); sys.stdin.close()")
    pack("import sys; print('theirs'); sys.stdin.read()")

    assert capsys.readouterr().err == "theirs\n"


def test_packs_read_nothing():
    text = "import sys; read = sys.stdin.read(), sys.stdin.readline(), sys.stdin.buffer.read()"

    assert pack(text).read == ("", "", b"")


def test_we_read_what_there_is(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("one\ntwo\nthree\n"))
    streams.install()

    assert input() == "one"
    assert list(sys.stdin) == ["two\n", "three\n"]


def test_facts_of_the_real_stream_stay(monkeypatch: pytest.MonkeyPatch):
    real = io.TextIOWrapper(io.BytesIO(), encoding="latin-1")
    monkeypatch.setattr(sys, "stdout", real)
    streams.install()

    assert sys.stdout.encoding == "latin-1"
    assert not sys.stdout.isatty()
    assert sys.stdout.buffer is real.buffer
    with pytest.raises(io.UnsupportedOperation):
        sys.stdout.fileno()


def test_a_stand_in_is_put_once():
    streams.install()
    there = sys.stdout, sys.stdin

    streams.install()

    assert (sys.stdout, sys.stdin) == there


def test_streams_that_a_pack_replaces_come_back():
    streams.install()
    there = sys.stdin, sys.stdout, sys.stderr

    with streams.kept():
        pack("import sys; sys.stdin = sys.stdout = sys.stderr = None")

    assert (sys.stdin, sys.stdout, sys.stderr) == there


def test_what_is_logged_to_the_stand_in_is_no_output(capsys: pytest.CaptureFixture[str]):
    streams.install()
    logger = logging.Logger("of all")
    logger.addHandler(logging.StreamHandler(sys.stdout))

    logger.warning("ours, by a handler of theirs")

    assert capsys.readouterr() == ("", "ours, by a handler of theirs\n")
