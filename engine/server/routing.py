"""The table of routes: one declaration validates a request, documents it and guards it.

A module of routes makes a `Routes`, named `routes`, and decorates its handlers with it.
`engine.server.table` gathers them all; the application, the OpenAPI document and the test over
every route are made from that.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

if TYPE_CHECKING:
    from aiohttp import web

    from engine.server.services import Services
    from engine.server.users import User

NATIVE = "/api/v1"
B = TypeVar("B")
Q = TypeVar("Q")

#: Who may call a route. `open` needs no token at all; the list of these is fixed by a test.
Role = Literal["open", "viewer", "user", "admin"]
Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
#: What reads the body: the declared type from JSON, or the handler itself from `request`.
Takes = Literal["json", "raw", "nothing"]


@dataclass(frozen=True, slots=True)
class Call(Generic[B, Q]):
    """One checked request.

    Attributes:
        request: as aiohttp gives it.
        services: what the server is made of.
        user: who asks.
        body: the request's JSON as the declared type; None where the route takes none.
        query: the query string as the declared type; None where the route declares none.
        path: the variables of the path, decoded.
    """

    request: web.Request
    services: Services
    user: User
    body: B
    query: Q
    path: Mapping[str, str]


Handler = Callable[[Call[Any, Any]], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Route:
    """One route.

    Attributes:
        path: with variables in braces, as aiohttp takes it: `/jobs/{job_id}`, `/files/{name:.+}`.
        api: "native" is under `/api/v1`, "comfyui" stands bare and under `/api`, "plain" once.
        body: the type of the JSON body; a struct, or None.
        query: the struct of the query string, or None.
        answers: the type of the answer, or None where the handler returns a response of its own.
        status: of a good answer; 101 is a websocket.
        max_bytes: of the body; None is 16 MiB of JSON, and `max_upload_bytes` of the settings for
            a raw one.
        errors: status -> when, beside those that every route has.
        shapes: status -> the type of its answer, where that is no `ErrorAnswer`; None is nothing.
        is_page: a browser may come to it by a link of another site.
    """

    method: Method
    path: str
    api: Literal["native", "comfyui", "plain"]
    handler: Handler
    summary: str
    role: Role
    takes: Takes
    body: Any = None
    query: Any = None
    answers: Any = None
    status: int = 200
    max_bytes: int | None = None
    errors: Mapping[int, str] = field(default_factory=dict[int, str])
    shapes: Mapping[int, Any] = field(default_factory=dict[int, Any])
    tag: str = ""
    is_page: bool = False

    @property
    def paths(self) -> tuple[str, ...]:
        """Return every path under which it is served."""
        match self.api:
            case "native":
                return (NATIVE + self.path,)
            case "comfyui":
                return (self.path, f"/api{self.path}")
            case "plain":
                return (self.path,)


@dataclass(frozen=True, slots=True)
class Routes:
    """The routes of one module; the first line of a handler's docstring is the summary."""

    tag: str
    api: Literal["native", "comfyui", "plain"] = "native"
    declared: list[Route] = field(default_factory=list[Route])

    def __call__(
        self,
        method: Method,
        path: str,
        *,
        role: Role | None = None,
        body: Any = None,
        takes: Takes | None = None,
        **facts: Any,
    ) -> Callable[[Handler], Handler]:
        """Declare a route; a GET is for viewers, everything else for users, unless said."""

        def declare(handler: Handler) -> Handler:
            summary = (handler.__doc__ or "").strip().splitlines()[0]
            who: Role = role or ("viewer" if method == "GET" else "user")
            what: Takes = takes or ("nothing" if body is None else "json")
            facts_of: dict[str, Any] = {"body": body, "tag": self.tag, **facts}
            self.declared.append(
                Route(method, path, self.api, handler, summary, who, what, **facts_of)
            )
            return handler

        return declare
