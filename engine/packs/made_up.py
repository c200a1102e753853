"""Made-up inputs: a small document around one node, with a value of its type for each input."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.document.model import Document, ExposedOutput, LinkSource, Node
from engine.spec import InputSpec, NodeSpec, OutputSpec
from engine.types import ANY, Cond, Conditioning, Latent

if TYPE_CHECKING:
    from engine.paths import Folders
    from engine.registry import Registry

#: Id of the node that is looked at.
SUBJECT = "subject"
#: The built-in loader whose outputs are these types.
LOADER = "CheckpointLoaderSimple"
_MODELS = ("MODEL", "CLIP", "VAE")
#: How many nodes of a pack may stand one above the other to make a value of its own type.
_DEEPEST = 8
_SIZE = 64


class Unmade(Exception):
    """There is no value for an input."""


@dataclass
class Draft:
    """Grows upward from the node that is looked at.

    Attributes:
        specs: the node types of its pack, which may make values of the pack's own types.
        registry: where the built-in nodes are.
        made: node -> the value that it gives.
        uses_models: a real model takes part, so that other inputs may not fit it.
    """

    specs: Sequence[NodeSpec]
    registry: Registry
    folders: Folders
    made: dict[str, Any] = field(default_factory=dict[str, Any])
    nodes: dict[str, Node] = field(default_factory=dict[str, Node])
    uses_models: bool = False

    def add(self, spec: NodeSpec, node_id: str = SUBJECT, depth: int = 0) -> None:
        """Add a node with all that feeds it.

        Raises:
            Unmade: there is nothing to put into a required input.
        """
        values: dict[str, Any] = {}
        links: dict[str, LinkSource] = {}
        for each in spec.inputs_for({}, ()):
            if _is_typed(each):
                if not each.has_default and each.required:
                    values[each.name] = self._typed(each)
                continue
            try:
                links[each.name] = self._source(each, f"{node_id}.{each.name}", depth)
            except Unmade:
                if each.required:
                    raise
        self.nodes[node_id] = Node(spec.id, version=spec.version, values=values, links=links)

    def document(self, spec: NodeSpec) -> Document:
        """Return the document; it exposes the node's outputs under their places."""
        places = range(len(spec.outputs))
        outputs = [ExposedOutput(f"out{place}", (SUBJECT, place)) for place in places]
        return Document(nodes=self.nodes, outputs=outputs)

    def value_nodes(self) -> list[NodeSpec]:
        """Return the node types that give the made-up values."""
        output = (OutputSpec("value", ANY),)
        return [
            NodeSpec(f"made up {name}", lambda value=value: value, (), output)
            for name, value in self.made.items()
        ]

    def _typed(self, each: InputSpec) -> Any:
        widget = each.widget
        if widget is None or widget.type != "COMBO":
            return VALUES.get(each.type, VALUES[ANY])()
        options = widget.options(self.folders).get("options") or ()
        if not options:
            raise Unmade(f'there is nothing to choose from for its input "{each.name}"')
        return options[0]

    def _source(self, each: InputSpec, name: str, depth: int) -> LinkSource:
        for kind in each.type.split(","):
            if make := VALUES.get(kind):
                self.made[name] = make()
                self.nodes[name] = Node(f"made up {name}")
                return LinkSource(name, 0)
            if kind in _MODELS and (loader := self.registry.get(LOADER)) is not None:
                self.uses_models = True
                if LOADER not in self.nodes:
                    self.add(loader, LOADER)
                return LinkSource(LOADER, _MODELS.index(kind))
            for spec in self.specs if depth < _DEEPEST else ():
                if (place := _place_of(spec, kind)) is not None:
                    self.add(spec, name, depth + 1)
                    return LinkSource(name, place)
        raise Unmade(f'nothing in its pack makes a value for its input "{each.name}" ({each.type})')


def _is_typed(each: InputSpec) -> bool:
    """Say whether a person types the value; the widget that takes anything shows nothing."""
    return each.widget is not None and each.widget.type != ANY and not each.socket_only


def _place_of(spec: NodeSpec, kind: str) -> int | None:
    places = (place for place, output in enumerate(spec.outputs) if output.type == kind)
    return next(places, None)


def _random(*shape: int) -> Any:
    import torch

    return torch.rand(shape)


def _sigmas() -> Any:
    import torch

    return torch.linspace(10, 0, 5)


VALUES: dict[str, Callable[[], Any]] = {
    "IMAGE": lambda: _random(1, _SIZE, _SIZE, 3),
    "MASK": lambda: _random(1, _SIZE, _SIZE),
    "LATENT": lambda: Latent(_random(1, 4, 8, 8)),
    "CONDITIONING": lambda: Conditioning((Cond(_random(1, 77, 64), _random(1, 64)),)),
    "SIGMAS": _sigmas,
    "AUDIO": lambda: {"waveform": _random(1, 2, 4410) * 2 - 1, "sample_rate": 44100},
    "INT": lambda: 1,
    "FLOAT": lambda: 0.5,
    "STRING": lambda: "text",
    "BOOLEAN": lambda: True,
    ANY: lambda: _random(1, _SIZE, _SIZE, 3),
}
