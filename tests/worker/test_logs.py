import logging

import pytest

from engine.worker.logs import Line, Lines, read_line


def line_of(message: str, *, job: str = "a", error: BaseException | None = None) -> bytes:
    caught = (type(error), error, None) if error else None
    record = logging.LogRecord("engine.lanes", logging.WARNING, "", 1, message, (), caught)
    return Lines(lambda: job).format(record).encode()


def test_record_survives_the_way_to_the_host():
    assert read_line(line_of("careful\nhere")) == Line(
        "WARNING", "engine.lanes", "careful\nhere", "a"
    )


def test_record_holds_what_was_raised_in_one_line():
    line = line_of("it failed", error=ValueError("no"))

    assert b"\n" not in line
    assert read_line(line).message == "it failed\nValueError: no"


@pytest.mark.parametrize("text", ["plain text\r", '{"level": 3}', '{"level": "INFO"'])
def test_any_other_line_is_one_of_the_worker(text: str):
    assert read_line(text.encode()) == Line("INFO", "worker", text.rstrip("\r"))


def test_text_that_is_not_utf8_is_shown():
    assert read_line(b"\xff!").message == "\N{REPLACEMENT CHARACTER}!"


def test_surrogates_of_a_file_name_do_not_stop_the_log():
    assert read_line(line_of("bad \udcff name")).message == "bad ? name"
