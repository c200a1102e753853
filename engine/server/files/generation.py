"""How a picture was made, in the words of people: found in its prompt graph by walking links.

A sampler is known by its inputs, not by its type, so those of packs are found too.
"""

from __future__ import annotations

import math
import re
from collections import deque
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from engine.document.flatten import unfolded
from engine.errors import WorkflowError

if TYPE_CHECKING:
    from engine.document import Document
    from engine.document.model import Node

Nodes = Mapping[str, Any]
#: More nodes are not looked at.
FARTHEST = 2_000
MAX_TEXT = 20_000
#: Characters of a prompt that tell a job from others.
FIRST_WORDS = 200
#: No count of steps is larger.
LARGEST = 2**31
_SEEDS = ("seed", "noise_seed")
_MODELS = ("ckpt_name", "unet_name", "model_name", "gguf_name")
_TEXTS = (
    *("text", "prompt", "text_g", "text_l", "clip_l", "clip_g", "t5xxl", "string", "value"),
    *("string_a", "string_b", "string_c", "text_a", "text_b", "text_c"),
)
_VALUES = ("value", "seed", "int", "float", "number", "string", "text")
_SETTING = re.compile(r'\s*([\w /]+):\s*("(?:\\.|[^"\\])*"|[^,]*)(?:,|$)')


@dataclass(frozen=True)
class Generation:
    """How one picture was made; what is not known is empty.

    Attributes:
        seed: as text: seeds go to 2^64-1.
    """

    prompt: str = ""
    negative: str = ""
    model: str = ""
    seed: str = ""
    sampler: str = ""
    scheduler: str = ""
    steps: int | None = None
    cfg: float | None = None


class Link(NamedTuple):
    """An output of a node."""

    node: str
    slot: int


def from_prompt(nodes: Nodes) -> Generation:
    """Return what the first sampler of an API prompt was given."""
    samplers = [key for key in nodes if _is_sampler(_inputs(nodes, key))]
    first = next((key for key in samplers if _is_first(nodes, key, samplers)), None)
    if first is None:
        return Generation()
    inputs = _inputs(nodes, first)
    positive, negative = _conditioning(nodes, inputs)
    return Generation(
        prompt=_prompt_text(nodes, positive, samplers),
        negative=_prompt_text(nodes, negative, samplers),
        model=_text(_found(nodes, first, _MODELS)),
        seed=_text(_found(nodes, first, _SEEDS)),
        sampler=_text(_found(nodes, first, ("sampler_name",))),
        scheduler=_text(_found(nodes, first, ("scheduler",))),
        steps=_whole(_found(nodes, first, ("steps",))),
        cfg=_number(_found(nodes, first, ("cfg", "guidance"))),
    )


def from_document(document: Document) -> Generation:
    """Return what the first sampler of a document was given, with the first words of its prompt."""
    try:
        nodes = unfolded(document, FARTHEST) if document.subgraphs else document.nodes
    except WorkflowError:
        # the run will say what is wrong with its subgraphs
        nodes = document.nodes
    found = from_prompt({key: {"inputs": _given(node)} for key, node in nodes.items()})
    return replace(found, prompt=found.prompt[:FIRST_WORDS])


def _given(node: Node) -> dict[str, Any]:
    """Return the inputs of a node as an API prompt has them."""
    return {**node.values, **{name: [of.node, of.output] for name, of in node.links.items()}}


def from_parameters(text: str) -> Generation:
    """Return what a text of A1111's web UI says."""
    head, mark, settings = text.rpartition("\nSteps:")
    if not mark:
        return Generation(prompt=text[:MAX_TEXT])
    prompt, _, negative = head.partition("Negative prompt:")
    told = {key.strip().lower(): value for key, value in _SETTING.findall(f"Steps:{settings}")}
    return Generation(
        prompt=prompt.strip()[:MAX_TEXT],
        negative=negative.strip()[:MAX_TEXT],
        model=told.get("model", "").strip(),
        seed=told.get("seed", "").strip(),
        sampler=told.get("sampler", "").strip(),
        scheduler=told.get("schedule type", "").strip(),
        steps=_whole(told.get("steps")),
        cfg=_number(told.get("cfg scale")),
    )


def _is_sampler(inputs: Mapping[str, Any]) -> bool:
    has_conditioning = any(
        _link(inputs.get(name)) for name in ("positive", "guider", "conditioning")
    )
    has_noise = any(name in inputs for name in (*_SEEDS, "noise"))
    return has_conditioning and has_noise and ("steps" in inputs or "sigmas" in inputs)


def _is_first(nodes: Nodes, key: str, samplers: Collection[str]) -> bool:
    return all(each == key or each not in samplers for each in _upstream(nodes, key))


def _conditioning(nodes: Nodes, inputs: Mapping[str, Any]) -> tuple[Link | None, Link | None]:
    """Return what gives a sampler its positive and its negative conditioning."""
    guider = _link(inputs.get("guider"))
    given = _inputs(nodes, guider.node) if guider else inputs
    positives = (_link(given.get(name)) for name in ("positive", "conditioning", "cond1"))
    return next((link for link in positives if link), None), _link(given.get("negative"))


def _prompt_text(nodes: Nodes, start: Link | None, samplers: Collection[str]) -> str:
    """Return the texts of the nodes that made a conditioning, each once."""
    texts: dict[str, None] = {}
    waiting, seen = [start] if start else [], set[Link]()
    while waiting and len(seen) < FARTHEST:
        link = waiting.pop()
        if link in seen or link.node in samplers:
            continue
        seen.add(link)
        inputs = _inputs(nodes, link.node)
        given = (inputs.get(name) for name in _TEXTS)
        texts |= {text.strip(): None for text in given if isinstance(text, str) and text.strip()}
        waiting += reversed(list(_led_on(inputs, link.slot)))
    return "\n".join(texts)[:MAX_TEXT]


def _led_on(inputs: Mapping[str, Any], slot: int) -> Iterator[Link]:
    """Yield the links of a node; where it has both conditionings, only that of the output."""
    is_pair = bool(_link(inputs.get("positive")) and _link(inputs.get("negative")))
    left_out = ("negative", "positive")[slot] if is_pair and slot in (0, 1) else None
    for name, value in inputs.items():
        if name != left_out and (link := _link(value)):
            yield link


def _found(nodes: Nodes, start: str, names: Collection[str]) -> Any:
    """Return the nearest value upstream that has one of these names."""
    for key in _upstream(nodes, start):
        inputs = _inputs(nodes, key)
        for name in names:
            value = inputs.get(name)
            if (link := _link(value)) is not None:
                value = _plain_value(nodes, link)
            if isinstance(value, str | int | float):
                return value
    return None


def _plain_value(nodes: Nodes, link: Link) -> Any:
    """Return the value of a node that holds nothing but one, such as a primitive."""
    inputs = _inputs(nodes, link.node)
    return next((inputs[name] for name in _VALUES if name in inputs), None)


def _upstream(nodes: Nodes, start: str) -> Iterator[str]:
    """Yield a node and those above it, nearest first."""
    waiting, seen = deque([start]), {start}
    while waiting and len(seen) < FARTHEST:
        key = waiting.popleft()
        yield key
        for value in _inputs(nodes, key).values():
            if (link := _link(value)) is not None and link.node not in seen:
                seen.add(link.node)
                waiting.append(link.node)


def _inputs(nodes: Nodes, key: str) -> Mapping[str, Any]:
    node = nodes.get(key)
    inputs = cast("dict[str, Any]", node).get("inputs") if isinstance(node, dict) else None
    return cast("dict[str, Any]", inputs) if isinstance(inputs, dict) else {}


def _link(value: Any) -> Link | None:
    match value:
        case [str() as node, int() as slot]:
            return Link(node, slot)
        case _:
            return None


def _text(value: Any) -> str:
    return "" if value is None else str(value)[:MAX_TEXT]


def _whole(value: Any) -> int | None:
    number = _number(value)
    return int(number) if number is not None and abs(number) < LARGEST else None


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
