"""Requests to a server that may be gone before it answers."""

from __future__ import annotations

import http.client
import json
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.server import Server

PATIENCE_S = 90.0


class NoAnswer(Exception):
    """The server ended before it answered.

    Attributes:
        was_sent: the server has the whole request, or may have.
    """

    def __init__(self, what: str, *, was_sent: bool) -> None:
        super().__init__(what)
        self.was_sent = was_sent


@dataclass(frozen=True)
class Answer:
    """What a request came to."""

    status: int
    body: Any

    @property
    def is_good(self) -> bool:
        """Say whether what was asked is done."""
        return self.status < http.client.BAD_REQUEST


@dataclass
class Client:
    """The one user of a server.

    Attributes:
        in_flight: changes that were sent and not answered yet, by what they ask.
        unanswered: those that will never be.
    """

    server: Server
    in_flight: Counter[str] = field(default_factory=Counter[str])
    unanswered: list[str] = field(default_factory=list[str])

    def get(self, path: str) -> Any:
        """Return what lies at an address.

        Raises:
            NoAnswer: the server ended.
        """
        answer = self._ask("GET", path, None)
        assert answer.is_good, f"GET {path}: {answer}"
        return answer.body

    def change(self, method: str, path: str, body: Any = None) -> Answer:
        """Ask for a change, which is seen as in flight until it is answered.

        Raises:
            NoAnswer: the server ended.
        """
        what = f"{method} {path}"
        self.in_flight[what] += 1
        try:
            return self._ask(method, path, body)
        except NoAnswer as problem:
            if problem.was_sent:
                self.unanswered.append(what)
            raise
        finally:
            self.in_flight[what] -= 1

    def _ask(self, method: str, path: str, body: Any) -> Answer:
        what = f"{method} {path}"
        sent = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.server.token}"}
        if sent is not None:
            headers["Content-Type"] = "application/json"
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, PATIENCE_S)
        with closing(connection):
            try:
                connection.connect()
            except ConnectionError as problem:
                raise NoAnswer(what, was_sent=False) from problem
            try:
                connection.request(method, path, sent, headers)
                answer = connection.getresponse()
                text = answer.read()
            except (ConnectionError, http.client.HTTPException) as problem:
                raise NoAnswer(what, was_sent=True) from problem
            return Answer(answer.status, json.loads(text) if text else None)
