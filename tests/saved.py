"""Saved ComfyUI workflows for tests: builders of their JSON, and what runs of a read one."""

from __future__ import annotations

from typing import Any

from engine.document import Document, Subgraph
from engine.document.flatten import flatten
from engine.importers.ui import read_ui
from engine.registry import Registry
from engine.spec import InputSpec, NodeSpec, OutputSpec
from engine.widgets import Anything, Bool, Choice, Float, Int, Text

Json = dict[str, Any]
INPUT, OUTPUT = -10, -20


class Saved:
    """Collects the nodes and links of one graph, as the editor writes them."""

    def __init__(self) -> None:
        self.nodes: list[Json] = []
        self.links: list[Any] = []

    def node(self, key: int, kind: str, held: Any = None, **more: Any) -> Json:
        """Add a node; without `held` it has no list of values."""
        node: Json = {"id": key, "type": kind, "inputs": [], "outputs": [], **more}
        if held is not None:
            node["widgets_values"] = held
        self.nodes.append(node)
        return node

    def link(self, source: int, output: int, target: int, name: str, kind: Any = "*") -> int:
        """Link an output to the input of a name, which is added to the saved inputs."""
        key = len(self.links) + 1
        slot = 0
        node = next((each for each in self.nodes if each["id"] == target), None)
        if node is not None:
            names = [each["name"] for each in node["inputs"]]
            if name not in names:
                node["inputs"].append({"name": name, "type": kind})
                names.append(name)
            slot = names.index(name)
            node["inputs"][slot]["link"] = key
        self.links.append([key, source, output, target, slot, kind])
        return key

    def document(self, **more: Any) -> Json:
        """Return the root object of version 0.4."""
        return {"version": 0.4, "nodes": self.nodes, "links": self.links, **more}

    def definition(self, key: str, inputs: list[Any], outputs: list[Any], **more: Any) -> Json:
        """Return a definition, whose links are objects; sockets are names or objects."""
        names = ("id", "origin_id", "origin_slot", "target_id", "target_slot", "type")
        links = [dict(zip(names, each, strict=True)) for each in self.links]
        sockets = [
            [{"name": each, "type": "*"} if isinstance(each, str) else each for each in sockets]
            for sockets in (inputs, outputs)
        ]
        return {
            "id": key,
            "name": key,
            "version": 1,
            "nodes": self.nodes,
            "links": links,
            "inputs": sockets[0],
            "outputs": sockets[1],
            **more,
        }


def out(graph: Saved, source: int, output: int, slot: int) -> None:
    """Link an output of a definition's node (or input -10) to one of its own outputs."""
    graph.links.append([len(graph.links) + 1, source, output, OUTPUT, slot, "*"])


def made(kind: str, *inputs: InputSpec, gives: tuple[str, ...] = ("*",), **more: Any) -> NodeSpec:
    """Return a node type."""
    outputs = tuple(OutputSpec(each, each) for each in gives)
    return NodeSpec(kind, lambda **given: None, inputs, outputs, title=kind, **more)


def socket(name: str, kind: str = "*", **more: Any) -> InputSpec:
    """Return an input that takes only a link."""
    more.setdefault("required", False)
    return InputSpec(name, kind, **more)


def whole(name: str, **more: Any) -> InputSpec:
    """Return an input with a whole number."""
    return InputSpec(name, "INT", Int(default=0), has_default=True, **more)


def words(name: str, **more: Any) -> InputSpec:
    """Return an input with text."""
    return InputSpec(name, "STRING", Text(default=""), has_default=True, **more)


def choice(name: str, *choices: str, **more: Any) -> InputSpec:
    """Return an input with a combo."""
    return InputSpec(name, "COMBO", Choice(choices=choices, default=choices[0]), **more)


PLAIN = (
    made("Source", whole("value"), words("text")),
    made("Pass", socket("a", "INT"), socket("b", "STRING"), gives=("INT", "STRING")),
    made("Sink", socket("value"), socket("other"), whole("count"), gives=(), is_output=True),
    made("Flags", InputSpec("on", "BOOLEAN", Bool(default=False)), gives=("BOOLEAN",)),
    made("Scale", InputSpec("by", "FLOAT", Float(default=1.0)), gives=("FLOAT",)),
    made("Custom", InputSpec("colour", "COLOR", Anything())),
)


def read(raw: Json, *more: NodeSpec) -> Document:
    """Read a workflow with the plain types and more."""
    return read_ui(raw, Registry([*PLAIN, *more]), "saved")[0]


def notes(raw: Json, *more: NodeSpec) -> list[str]:
    """Return the sentences of a reading."""
    return [each.message for each in read_ui(raw, Registry([*PLAIN, *more]), "saved")[1]]


def prompt(raw: Json, *more: NodeSpec) -> Json:
    """Return what runs as an API prompt: id -> class_type and inputs, links over values."""
    registry = Registry([*PLAIN, *more])
    document = read_ui(raw, registry, "saved")[0]
    return prompt_of(document, registry)


def prompt_of(document: Document, registry: Registry) -> Json:
    """Return what runs of a document, as an API prompt."""
    return {
        key: {
            "class_type": node.type,
            "inputs": node.values
            | {name: [link.node, link.output] for name, link in node.links.items()},
        }
        for key, node in flatten(document, registry.specs).nodes.items()
    }


def inner(document: Document) -> Subgraph:
    """Return the only definition."""
    (found,) = document.subgraphs.values()
    return found
