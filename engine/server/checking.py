"""A request's body and query as the types that its route declares."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import inspect

from engine.errors import BadRequest

if TYPE_CHECKING:
    from multidict import MultiMapping

    from engine.server.routing import Route

#: Of the numbers in a query; what SQLite keeps is not much larger.
LARGEST = 2**62
_LISTS = (inspect.ListType, inspect.SetType, inspect.VarTupleType, inspect.FrozenSetType)


def body_reader(route: Route) -> Callable[[bytes], Any]:
    """Return what turns a body into the declared type; an empty one is `{}`.

    Raises (what it returns):
        BadRequest: it is not JSON, or not of that type.
    """
    decoder = msgspec.json.Decoder(route.body)

    def read(body: bytes) -> Any:
        try:
            return decoder.decode(body if body.strip() else b"{}")
        except msgspec.ValidationError as problem:
            raise BadRequest(f"The body of the request does not fit. {problem}.") from problem
        except (msgspec.DecodeError, UnicodeDecodeError) as problem:
            raise BadRequest(f"The body of the request is no JSON. {problem}.") from problem

    return read


def query_reader(route: Route) -> Callable[[MultiMapping[str]], Any]:
    """Return what turns a query string into the declared type; what it does not name is ignored."""
    if route.query is None:
        return lambda _: None
    info = inspect.type_info(route.query)
    assert isinstance(info, inspect.StructType)
    repeated = frozenset(each.encode_name for each in info.fields if _is_repeated(each.type))

    def read(query: MultiMapping[str]) -> Any:
        given: Mapping[str, Any] = {
            name: query.getall(name) if name in repeated else query[name] for name in query
        }
        try:
            found = msgspec.convert(given, route.query, strict=False)
        except msgspec.ValidationError as problem:
            raise BadRequest(f"The query of the request does not fit. {problem}.") from problem
        for name, value in msgspec.structs.asdict(found).items():
            if isinstance(value, int) and abs(value) > LARGEST:
                raise BadRequest(f'"{name}" in the query is {value}, larger than any number here.')
        return found

    return read


def _is_repeated(kind: inspect.Type) -> bool:
    if isinstance(kind, inspect.UnionType):
        return any(_is_repeated(each) for each in kind.types)
    return isinstance(kind, _LISTS)
