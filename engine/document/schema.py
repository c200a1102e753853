"""The document's JSON Schema, made from the types that read it."""

from __future__ import annotations

from typing import Any

import msgspec

from engine.document.model import FORMAT, UNKNOWN, VERSION, Document

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def document_schema() -> dict[str, Any]:
    """Return the JSON Schema of a workflow file; keys that it does not name are allowed."""
    _, definitions = msgspec.json.schema_components([Document], ref_template="#/$defs/{name}")
    for definition in definitions.values():
        definition.get("properties", {}).pop(UNKNOWN, None)
    document = definitions.pop("Document")
    own = {"format": {"const": FORMAT}, "version": {"const": VERSION}}
    return {
        "$schema": DIALECT,
        **document,
        "title": "Sfumato workflow",
        "required": ["format", "version", *document.get("required", [])],
        "properties": {**own, **document["properties"]},
        "$defs": definitions,
    }
