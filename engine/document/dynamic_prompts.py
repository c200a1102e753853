"""Dynamic prompts: comments go, and `{red|green}` becomes one of its choices (COMPAT.md A7, 8a).

    a {red|dark {blue|green}} apple  // or a pear

Choices nest; `\\{`, `\\|` and `\\}` stand for the signs themselves. As in ComfyUI, a comment begins
at any `//`, those of addresses included, and a brace that nobody closes ends with the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from random import Random
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from engine.document.exposed import input_behind
from engine.document.model import SUBGRAPH
from engine.widgets import Text

if TYPE_CHECKING:
    from engine.document.model import Document, Node, Subgraph
    from engine.spec import InputSpec, NodeSpec

_COMMENT = re.compile(r"/\*.*?\*/|//[^\n\r]*", re.DOTALL)
_TOKEN = re.compile(r"\\.|[{}|]|[^\\{}|]+|\\$", re.DOTALL)
_DYNAMIC = re.compile(r"[{}]|\\\||//|/\*")
_ESCAPED = {r"\{": "{", r"\}": "}", r"\|": "|"}


def with_prompts_picked(
    document: Document, specs: Mapping[str, NodeSpec], random: Random
) -> Document:
    """Return the document as it runs once: every dynamic prompt with its choices made."""
    nodes = _picked(document.nodes, document.subgraphs, specs, random)
    subgraphs = {
        key: replace(each, nodes=_picked(each.nodes, document.subgraphs, specs, random))
        for key, each in document.subgraphs.items()
    }
    return replace(document, nodes=nodes, subgraphs=subgraphs)


def _picked(
    nodes: Mapping[str, Node],
    subgraphs: Mapping[str, Subgraph],
    specs: Mapping[str, NodeSpec],
    random: Random,
) -> dict[str, Node]:
    picked = dict(nodes)
    for key, node in nodes.items():
        texts = {
            name: pick(value, random)
            for name, value in node.values.items()
            if isinstance(value, str)
            and _DYNAMIC.search(value)
            and _is_dynamic(node, name, subgraphs, specs)
        }
        if texts:
            picked[key] = replace(node, values={**node.values, **texts})
    return picked


def _is_dynamic(
    node: Node, name: str, subgraphs: Mapping[str, Subgraph], specs: Mapping[str, NodeSpec]
) -> bool:
    node, name = input_behind(subgraphs, node, name)
    spec = None if node.type.startswith(SUBGRAPH) else specs.get(node.type)
    inputs: tuple[InputSpec, ...] = spec.inputs_for(node.values, node.links) if spec else ()
    widget = next((each.widget for each in inputs if each.name == name), None)
    return isinstance(widget, Text) and widget.dynamic_prompts


def pick(text: str, random: Random) -> str:
    """Return the text without comments, one option of each choice taken."""
    if not _DYNAMIC.search(text):
        return text
    waiting: list[Iterator[Any]] = [iter(_parse(_COMMENT.sub("", text)))]
    parts: list[str] = []
    while waiting:
        part = next(waiting[-1], None)
        if part is None:
            waiting.pop()
        elif isinstance(part, str):
            parts.append(part)
        else:
            waiting.append(iter(random.choice(part)))
    return "".join(parts)


def _parse(text: str) -> list[Any]:
    """Return the parts of a text: strings, and choices as lists of options, each with its parts."""
    options: list[list[Any]] = [[]]
    outer: list[list[list[Any]]] = []
    for token in _TOKEN.findall(text):
        match token:
            case "{":
                choice: list[list[Any]] = [[]]
                options[-1].append(choice)
                outer.append(options)
                options = choice
            case "|" if outer:
                options.append([])
            case "}" if outer:
                options = outer.pop()
            case _:
                options[-1].append(_ESCAPED.get(token, token))
    return outer[0][0] if outer else options[0]
