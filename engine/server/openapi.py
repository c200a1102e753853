"""The OpenAPI document, made from the table of routes and the types that check requests."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import msgspec

from engine.server.errors import ErrorAnswer
from engine.server.routing import Call, Route, Routes
from engine.server.table import all_routes

routes = Routes("about")

REF = "#/components/schemas/{name}"
#: What a token may come in.
SECURITY = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "address": {
        "type": "apiKey",
        "in": "header",
        "name": "(none)",
        "description": "For clients that send no headers of their own: /t/TOKEN before the path.",
    },
    "cookie": {"type": "apiKey", "in": "cookie", "name": "sfumato_PORT"},
}
ABOUT = """Every error has the shape of `ErrorAnswer`. Who asks shows a token as a header
(`Authorization: Bearer`), in the address (`/t/TOKEN/api/v1/…`), or, in a browser, as a cookie.
The role that a route takes is its `x-role`; `user` may what `viewer` may, `admin` may all."""

#: The status of a websocket.
SOCKET = 101

Schemas = Mapping[int, Mapping[str, Any]]


@routes("GET", "/openapi.json", answers=dict[str, Any])
async def openapi(call: Call[None, None]) -> dict[str, Any]:
    """Return this document."""
    return _of_table()


@cache
def _of_table() -> dict[str, Any]:
    return document(all_routes())


def document(table: Sequence[Route]) -> dict[str, Any]:
    """Return the OpenAPI document of some routes."""
    kinds = [kind for route in table for kind in _types(route)]
    found, components = msgspec.json.schema_components([ErrorAnswer, *kinds], ref_template=REF)
    schemas = {id(kind): schema for kind, schema in zip(kinds, found[1:], strict=True)}
    paths: dict[str, dict[str, Any]] = {}
    for route in table:
        for path in route.paths:
            place = paths.setdefault(plain_path(path), {})
            place.setdefault(
                route.method.lower(), _operation(route, path, schemas, components, found[0])
            )
    return {
        "openapi": "3.1.0",
        "info": {"title": "Sfumato", "version": "1", "description": ABOUT},
        "security": [{"bearer": []}, {"cookie": []}],
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": SECURITY},
    }


def plain_path(path: str) -> str:
    """Return a path whose variables are names alone."""
    return "".join(f"{{{part}}}" if is_variable else part for part, is_variable in parts(path))


def parts(path: str) -> Iterator[tuple[str, bool]]:
    """Yield the pieces of a path: texts, and the names of its variables."""
    depth, piece = 0, ""
    for letter in path:
        if letter in "{}" and depth == (letter == "}"):
            yield piece.partition(":")[0] if depth else piece, bool(depth)
            piece = ""
        else:
            piece += letter
        depth += (letter == "{") - (letter == "}")
    yield piece, False


def _types(route: Route) -> Iterator[Any]:
    declared = (route.body, route.query, route.answers, *route.shapes.values())
    return (kind for kind in declared if kind is not None)


def _operation(
    route: Route,
    path: str,
    schemas: Schemas,
    components: Mapping[str, Any],
    error: Mapping[str, Any],
) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": _name(route, path),
        "summary": route.summary,
        "tags": [route.tag],
        "x-role": route.role,
        "parameters": [*_in_path(path), *_in_query(route, schemas, components)],
        "responses": _responses(route, schemas, error),
    }
    if route.role == "open":
        operation["security"] = []
    if route.status == SOCKET:
        operation["x-websocket"] = True
    if route.takes == "json":
        content = {"application/json": {"schema": schemas[id(route.body)]}}
        operation["requestBody"] = {"content": content}
    elif route.takes == "raw":
        operation["requestBody"] = {"content": {"*/*": {}}}
    return operation


def _name(route: Route, path: str) -> str:
    words = re.findall(r"\w+", plain_path(path))
    return "_".join([route.method.lower(), *words])


def _in_path(path: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name, is_variable in parts(path)
        if is_variable
    ]


def _in_query(
    route: Route, schemas: Schemas, components: Mapping[str, Any]
) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    schema = schemas[id(route.query)]
    struct = components[schema["$ref"].rpartition("/")[2]]
    required = struct.get("required", ())
    return [
        {"name": name, "in": "query", "required": name in required, "schema": kind}
        for name, kind in struct["properties"].items()
    ]


def _responses(route: Route, schemas: Schemas, error: Mapping[str, Any]) -> dict[str, Any]:
    def answer(when: str, kind: Any) -> dict[str, Any]:
        if kind is None:
            return {"description": when}
        schema = error if kind is ErrorAnswer else schemas[id(kind)]
        return {"description": when, "content": {"application/json": {"schema": schema}}}

    others = {
        str(code): answer(when, route.shapes.get(code, ErrorAnswer))
        for code, when in route.errors.items()
    }
    good = answer("What it was asked for.", route.answers)
    return {str(route.status): good, **others, "default": answer("What is wrong.", ErrorAnswer)}
