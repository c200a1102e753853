"""What tests of the checks share: node types with pictures, and the problems of a document."""

from __future__ import annotations

from typing import Any

from engine.document import Document
from engine.document.flatten import flatten
from engine.errors import GraphError
from engine.graph import Graph
from engine.paths import Folders
from engine.registry import Registry
from engine.spec import InputSpec, NodeSpec, OutputSpec
from engine.validate import check, validate
from tests.fakes import linked, whole
from tests.graphs import Graphs


def spec(kind: str, inputs: list[InputSpec], gives: tuple[str, ...] = (), **facts: Any) -> NodeSpec:
    """Return a node type that does nothing."""
    outputs = tuple(OutputSpec(each, each) for each in gives)
    return NodeSpec(kind, lambda **given: None, tuple(inputs), outputs, title=kind, **facts)


PICTURES = (
    spec("LoadImage", [], ("IMAGE", "MASK")),
    spec("Convert", [linked("image", "IMAGE")], ("MASK",)),
    spec("ApplyMask", [linked("mask", "MASK")], is_output=True),
    spec("Sampler", [whole("steps", min=1, max=100)], is_output=True),
)


def problems(document: Document, registry: Registry, folders: Folders | None = None) -> Any:
    """Return all problems of a document."""
    return validate(flatten(document, registry.specs), registry, folders)[1]


def only(document: Document, registry: Registry, folders: Folders | None = None) -> GraphError:
    """Return a document's only problem."""
    (problem,) = problems(document, registry, folders)
    return problem


def graph_of(document: Document, registry: Registry) -> Graph:
    """Return the checked graph of a sound document."""
    return check(flatten(document, registry.specs), registry, None)


def sampler(steps: Any) -> Document:
    """Return a document of one node, 5, that takes steps from 1 to 100."""
    g = Graphs()
    g.node("Sampler", at="5", steps=steps)
    return g.document()
