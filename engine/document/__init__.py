"""The workflow document: what is saved, read, migrated and flattened."""

from engine.document.model import (
    SUBGRAPH,
    Document,
    ExposedInput,
    ExposedOutput,
    LinkSource,
    Node,
    Subgraph,
)
from engine.document.reader import (
    document_from,
    load_document,
    read_document,
    send_document,
    write_document,
)

__all__ = [
    "SUBGRAPH",
    "Document",
    "ExposedInput",
    "ExposedOutput",
    "LinkSource",
    "Node",
    "Subgraph",
    "document_from",
    "load_document",
    "read_document",
    "send_document",
    "write_document",
]
