"""A place to run a node or a small graph in, as a user would: checked, on its lane, unfolded."""

from __future__ import annotations

import atexit
import functools
import inspect
import itertools
import math
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from engine.engine import Engine, Settings
from engine.errors import DeclarationError
from engine.events import Event, Warned
from engine.paths import Folders
from engine.spec import InputSpec, NodeSpec, OutputSpec
from engine.testing.graphs import Graph, Ref
from engine.types import ANY
from engine.widgets import Int
from engine.workflow import HOME, Result, written_files

if TYPE_CHECKING:
    from engine.document import Document
    from engine.running.report import Report

_PLAIN = (str, int, float, bool, type(None))


@dataclass(frozen=True)
class Ran(Sequence[Any]):
    """What one node gave: a sequence of its outputs.

    Attributes:
        values: one an output; an output that is a list is one list.
        ui: what it showed, by key.
        files: what it wrote.
        warnings: what was said about it.
    """

    values: tuple[Any, ...]
    ui: Mapping[str, Sequence[Any]]
    files: tuple[Path, ...]
    warnings: tuple[str, ...]

    def __getitem__(self, index: Any) -> Any:
        return self.values[index]

    def __len__(self) -> int:
        return len(self.values)


class Bench:
    """Runs nodes of an installation; what they write goes to a folder that is gone afterwards.

    Nothing is remembered between two runs but loaded weights.

    Args:
        base: the installation whose models, input and packs are used.
    """

    def __init__(self, base: Path) -> None:
        self._scratch = tempfile.TemporaryDirectory(prefix="sfumato-")
        atexit.register(self._scratch.cleanup)
        at = Path(self._scratch.name)
        folders = replace(
            Folders.at(base), output=at / "output", temp=at / "temp", cache=at / "cache"
        )
        settings = Settings(cache_ram_bytes=0, cache_disk_bytes=0)
        self.engine = Engine.with_built_ins(folders, settings)
        self.engine.registry.add(*(self._giver(is_list) for is_list in (False, True)))
        self._given: list[Any] = []
        self._count = itertools.count(1)

    def run_node(self, node: str | Callable[..., Any], /, **inputs: Any) -> Ran:
        """Run one node and return what it gave.

        Args:
            node: a type id, a function declared with `@node`, or a ComfyUI class.
            inputs: what it takes, by name. Tensors, latents and so on are linked to it; where it
                takes a whole list, a list is.

        Raises:
            InvalidGraph: it does not take these inputs.
            NodeError: it failed.
        """
        spec = self._spec(node)
        node_id = f"node {next(self._count)}"
        g = Graph()
        given = {name: self._input(g, spec, name, value) for name, value in inputs.items()}
        g.node(spec.id, at=node_id, version=spec.version, **given)
        shown = {str(index): Ref(node_id, index) for index in range(len(spec.outputs))}
        report, warnings = self._run(g.exposing(shown), [node_id])
        values = [report.outputs[name] for name in shown]
        values = [
            each if output.is_list or len(each) != 1 else each[0]
            for each, output in zip(values, spec.outputs, strict=True)
        ]
        files = written_files(report, self.engine.folders)
        return Ran(tuple(values), report.ui.get(node_id, {}), tuple(files), warnings)

    def run(self, graph: Graph | Document, **outputs: Ref) -> Result:
        """Run a graph; `outputs` are what to hand out, by name.

        Raises:
            InvalidGraph: it cannot run; every problem is named.
            NodeError: a node failed.
        """
        document = self._document(graph, outputs) if isinstance(graph, Graph) else graph
        report, _ = self._run(document, None)
        return Result(report.outputs, report, self.engine.folders)

    def _document(self, g: Graph, outputs: Mapping[str, Ref]) -> Document:
        """Return the graph as a document; nodes without a version have the present one."""
        document = g.exposing(outputs)
        specs = {
            node_id: self.engine.registry.get(document.nodes[node_id].type) for node_id in g.new
        }
        present = {
            node_id: msgspec.structs.replace(document.nodes[node_id], version=spec.version)
            for node_id, spec in specs.items()
            if spec is not None
        }
        return msgspec.structs.replace(document, nodes={**document.nodes, **present})

    def _run(
        self, document: Document, targets: Sequence[str] | None
    ) -> tuple[Report, tuple[str, ...]]:
        warnings: list[str] = []

        def listen(event: Event) -> None:
            if isinstance(event, Warned):
                warnings.append(event.message)

        report = self.engine.run(document, on_event=listen, targets=targets)
        if report.error is not None:
            raise report.error
        return report, tuple(warnings)

    def _input(self, g: Graph, spec: NodeSpec, name: str, value: Any) -> Any:
        """Return what the document holds for an input: the value, or a link to what gives it."""
        from engine.packs.border import inward

        each = spec.by_name.get(name)
        if not _is_linked(each, value):
            return value
        is_list = each is not None and each.takes_list and isinstance(value, list)
        kind = each.type if each else ANY
        self._given.append(
            [inward(item, kind) for item in value] if is_list else inward(value, kind)
        )
        return g.node(_giver_id(is_list), at=f"for {name}", index=len(self._given) - 1)

    def _giver(self, is_list: bool) -> NodeSpec:
        """Return the node type that gives the values that are no widget's."""
        return NodeSpec(
            id=_giver_id(is_list),
            function=lambda index: self._given[index],
            inputs=(InputSpec("index", "INT", Int()),),
            outputs=(OutputSpec("value", ANY, is_list=is_list),),
            fingerprint=lambda **_: math.nan,
        )

    def _spec(self, node: str | Callable[..., Any]) -> NodeSpec:
        """Return the node; one that is handed over goes by an id of its own."""
        registry = self.engine.registry
        if isinstance(node, str):
            return registry[node]
        spec = _declared(node)
        tested = replace(spec, id=f"{spec.id} ({next(self._count)})")
        registry.add(tested)
        return tested


def _declared(node: Callable[..., Any]) -> NodeSpec:
    declared = getattr(node, "spec", None)
    if isinstance(declared, NodeSpec):
        return replace(declared, source=declared.source or "tested")
    if isinstance(node, type):
        return _class_spec(node)
    raise DeclarationError(f'"{node.__name__}" is no node. Declare it with @node.')


def _class_spec(node: type) -> NodeSpec:
    from engine.packs.pack import Pack
    from engine.packs.v1 import v1_spec
    from engine.packs.v3 import is_v3, v3_spec

    pack = Pack("tested", Path(inspect.getfile(node)), "")
    return v3_spec(node, pack) if is_v3(node) else v1_spec(node.__name__, node, "", pack)


def _giver_id(is_list: bool) -> str:
    return f"engine.testing.{'list' if is_list else 'value'}"


def _is_linked(spec: InputSpec | None, value: Any) -> bool:
    """Say whether a value has to come over a link: it is no widget's."""
    if spec is not None and spec.dynamic is None and spec.widget is None:
        return True
    is_whole_list = spec is not None and spec.takes_list and isinstance(value, list)
    return is_whole_list or not isinstance(value, (*_PLAIN, dict, list))


@functools.cache
def bench() -> Bench:
    """Return the bench of this process.

    Its installation is the working directory, if that holds custom_nodes/, else the checkout.
    """
    here = Path.cwd()
    return Bench(here if (here / "custom_nodes").is_dir() else HOME)


def run_node(node: str | Callable[..., Any], /, **inputs: Any) -> Ran:
    """Run one node in the bench of this process; see `Bench.run_node`."""
    return bench().run_node(node, **inputs)


def run(graph: Graph | Document, **outputs: Ref) -> Result:
    """Run a graph in the bench of this process; see `Bench.run`."""
    return bench().run(graph, **outputs)
