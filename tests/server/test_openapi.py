"""The OpenAPI document says what the server does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

import engine.server
from engine.registry import Registry
from engine.server.openapi import document, parts, plain_path
from engine.server.routing import Call, Route, Routes
from engine.server.table import MODULES, all_routes
from tests.server.conftest import Answer, Client, Serving

TABLE = all_routes()
OPENAPI = document(TABLE)
#: GETs without variables that answer with a declared type, and need no query.
PLAIN = [
    (route, path)
    for route in TABLE
    for path in route.paths
    if route.method == "GET" and "{" not in path and route.answers is not None
]


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """Return a client of a server with all built-in nodes."""
    started = Serving(tmp_path_factory.mktemp("base"))
    yield started(Registry.of_packages("nodes"))
    started.close()


def check(schema: dict[str, Any], value: Any) -> None:
    whole = {**schema, "components": OPENAPI["components"]}
    jsonschema.Draft202012Validator(whole).validate(value)


def operation(route: Route, path: str) -> dict[str, Any]:
    return OPENAPI["paths"][plain_path(path)][route.method.lower()]


def test_document_is_served(client: Client):
    assert client.get("/api/v1/openapi.json").json() == OPENAPI


def test_every_route_is_in_the_document_and_nothing_else():
    there = {(method, path) for path, place in OPENAPI["paths"].items() for method in place}
    declared = {(r.method.lower(), plain_path(path)) for r in TABLE for path in r.paths}

    assert there == declared


def test_every_module_with_routes_is_in_the_table():
    home = Path(engine.server.__file__).parent
    found = {
        ".".join(file.relative_to(home).with_suffix("").parts)
        for file in home.rglob("*.py")
        if re.search(r"^routes = Routes\(", file.read_text(encoding="utf-8"), re.MULTILINE)
    }

    assert found == set(MODULES)


def test_every_operation_has_a_name_of_its_own():
    names = [each["operationId"] for place in OPENAPI["paths"].values() for each in place.values()]

    assert len(names) == len(set(names))


def test_no_two_routes_share_a_path():
    places = [(route.method, plain_path(path)) for route in TABLE for path in route.paths]

    assert len(places) == len(set(places))


def test_every_schema_is_one():
    for schema in OPENAPI["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_every_reference_leads_somewhere():
    text = msgspec.json.encode(OPENAPI).decode()
    named = {piece.partition('"')[0] for piece in text.split('"#/components/schemas/')[1:]}

    assert named <= set(OPENAPI["components"]["schemas"])


@pytest.mark.parametrize(("route", "path"), PLAIN, ids=lambda it: it if isinstance(it, str) else "")
def test_answers_are_of_the_declared_type(everything: Client, route: Route, path: str):
    answer: Answer = everything.get(path)
    told = operation(route, path)["responses"]

    if answer.status == route.status:
        check(told[str(route.status)]["content"]["application/json"]["schema"], answer.json())
    else:
        check(told["default"]["content"]["application/json"]["schema"], answer.json())


def test_error_is_of_the_declared_shape(client: Client):
    answer = client.get("/api/v1/workflows/nothing")

    check({"$ref": "#/components/schemas/ErrorAnswer"}, answer.json())
    assert answer.status == 404


def test_variables_may_hold_braces():
    found = list(parts("/a/{name:[0-9]{1,3}}/b/{rest:.+}"))

    assert found == [("/a/", False), ("name", True), ("/b/", False), ("rest", True), ("", False)]


def test_query_is_told_by_name():
    class Search(msgspec.Struct):
        text: str
        limit: int = 50

    routes = Routes("things")

    @routes("GET", "/things", query=Search, answers=dict[str, int])
    async def things(call: Call[None, Search]) -> dict[str, int]:
        """Find things."""
        return {}

    told = document(routes.declared)["paths"]["/api/v1/things"]["get"]

    assert [(each["name"], each["required"]) for each in told["parameters"]] == [
        ("text", True),
        ("limit", False),
    ]
    assert told["summary"] == "Find things."
    assert told["x-role"] == "viewer"


def test_answers_that_are_no_errors_have_shapes_of_their_own():
    told = OPENAPI["paths"]["/api/v1/workflows/{name}/run"]["post"]["responses"]
    not_ready = OPENAPI["paths"]["/readyz"]["get"]["responses"]["503"]
    refused = OPENAPI["paths"]["/prompt"]["post"]["responses"]["400"]
    same = OPENAPI["paths"]["/api/v1/nodes"]["get"]["responses"]["304"]

    assert told["202"]["content"] == told["200"]["content"]
    assert "Health" in str(not_ready["content"])
    assert "RefusedPrompt" in str(refused["content"])
    assert "content" not in same
