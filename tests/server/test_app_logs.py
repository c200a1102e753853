"""What is written down, and what is not."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
from aiohttp.http_exceptions import BadHttpMessage
from aiohttp.web import RequestPayloadError

from engine.server import logs
from engine.server.logs import redacted


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    """Put the root logger back to what it was."""
    logger = logging.getLogger()
    handlers, level = list(logger.handlers), logger.level
    yield logger
    logger.handlers[:] = handlers
    logger.setLevel(level)
    logging.getLogger("aiohttp.server").filters.clear()
    logs.context.set({})


SECRET = "sfm_UfZma8S1BNBp2JotLeF5q2MX7e6rygtJGo0Mr0qIOxY"


@pytest.mark.parametrize(
    "text",
    [
        f"GET /t/{SECRET}/api/v1/jobs 200",
        "GET /t/an-old-token/ws 101",
        f"http://127.0.0.1:8188/?token={SECRET}&x=1",
        f"Authorization: Bearer {SECRET}",
        f"Cookie: sfumato_8188={SECRET}; other=1",
        f'{{"token": "{SECRET}"}}',
    ],
)
def test_no_token_is_left_in_a_text(text: str):
    assert SECRET not in redacted(text)
    assert "an-old-token" not in redacted(text)


def test_what_is_no_token_stays():
    assert redacted("GET /api/v1/tokens 200") == "GET /api/v1/tokens 200"


def test_line_for_programs_is_json_with_what_is_known(root: logging.Logger):
    stream = io.StringIO()
    logs.set_up("json", stream=stream)
    logs.note(request="ab12", user="ada")
    logs.note(job="j1")
    root.warning("GET /t/%s/x", SECRET, extra={"status": 200})

    line = json.loads(stream.getvalue())
    assert line["message"] == "GET /t/…/x"
    assert (line["request"], line["user"], line["job"]) == ("ab12", "ada", "j1")
    assert (line["level"], line["status"]) == ("warning", 200)


def test_line_for_people_is_one_line(root: logging.Logger):
    stream = io.StringIO()
    logs.set_up("text", stream=stream)
    logs.note(job="j1")
    root.info("Job begins")

    assert stream.getvalue().endswith(" INFO Job begins [job=j1]\n")


def test_what_is_no_http_is_one_line(root: logging.Logger):
    stream = io.StringIO()
    logs.set_up("text", stream=stream)
    try:
        raise BadHttpMessage("/t/secret/ is wrong")
    except BadHttpMessage:
        logging.getLogger("aiohttp.server").exception("Error handling request")

    assert stream.getvalue().endswith(" INFO No HTTP: BadHttpMessage\n")


def test_body_that_is_packed_wrongly_is_one_line(root: logging.Logger):
    stream = io.StringIO()
    logs.set_up("text", stream=stream)
    try:
        raise RequestPayloadError("no gzip")
    except RequestPayloadError:
        logging.getLogger("aiohttp.server").exception("Unhandled exception")

    assert stream.getvalue().endswith(" INFO No HTTP: RequestPayloadError\n")


@pytest.mark.parametrize("style", ["text", "json"])
def test_trace_of_an_error_is_written_without_tokens(root: logging.Logger, style: logs.LogFormat):
    stream = io.StringIO()
    logs.set_up(style, stream=stream)
    try:
        raise ValueError(f"no {SECRET}")
    except ValueError:
        root.exception("Unexpected")

    assert "ValueError" in stream.getvalue()
    assert SECRET not in stream.getvalue()
