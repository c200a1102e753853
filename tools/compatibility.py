"""The page that says of every node type of ComfyUI whether it is here.

`comfyui_types.tsv` has the types of ComfyUI 0.3.64 with the part of the work that each belongs to,
and younger ones that workflows use, under "later".
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from engine.spec import NodeSpec

TYPES = Path(__file__).resolve().parent / "comfyui_types.tsv"
#: What each part is, in the order of the page.
PARTS: Mapping[str, str] = {
    "foundation": "the first pictures",
    "palette": "samplers, masks, pictures, latents, texts, patches, control",
    "later": "younger than ComfyUI 0.3.64",
    "families": "other families of models",
    "hooks": "prompts and weights that change while sampling",
    "training": "training",
    "video": "films",
    "audio": "sound",
    "3d": "bodies in space",
    "cloud": "services of other companies, for which an account is needed there",
}
#: Parts that are not going to be here.
UNWANTED = frozenset({"cloud"})
State = Literal["present", "planned", "not"]
HEAD = """\
# Compatibility of nodes

Every node type of ComfyUI 0.3.64, and those younger ones that its published workflows use, with its
state here. Written by `make docs`. Ids, inputs, their order and defaults, and outputs of what is
present equal ComfyUI's (`tests/nodes/test_declarations.py` compares them). Types that are not here
come along in a document unchanged; a pack in `custom_nodes/` may bring them.
"""
MEANING: Mapping[State, str] = {
    "present": "is here",
    "planned": "is not here yet",
    "not": "is not going to be here",
}


def read_types(path: Path = TYPES) -> dict[str, str]:
    """Return every type with its part."""
    with path.open(newline="", encoding="utf-8") as file:
        return {row["node_type"]: row["part"] for row in csv.DictReader(file, delimiter="\t")}


def state_of(part: str, *, is_here: bool) -> State:
    """Return the state of a type."""
    if is_here:
        return "present"
    return "not" if part in UNWANTED else "planned"


def render(specs: Iterable[NodeSpec], types: Mapping[str, str]) -> str:
    """Return the page."""
    here = {spec.id: spec for spec in specs}
    states: dict[str, State] = {
        each: state_of(part, is_here=each in here) for each, part in types.items()
    }
    lines = [HEAD, *_sums(types, states), ""]
    for part, meaning in PARTS.items():
        lines += [f"## {part.capitalize()}: {meaning}\n", "| type | state |", "| --- | --- |"]
        members = sorted((each for each in types if types[each] == part), key=str.lower)
        lines += [f"| `{each}` | {states[each]} |" for each in members]
        lines.append("")
    own = sorted(each for each in here if each not in types)
    lines += ["## Our own\n", ", ".join(f"`{each}`" for each in own) + "."]
    return "\n".join(lines) + "\n"


def _sums(types: Mapping[str, str], states: Mapping[str, State]) -> Iterator[str]:
    counts: Counter[tuple[str, str]] = Counter(
        (types[each], state) for each, state in states.items()
    )
    yield f"| part | {' | '.join(f'{state} ({MEANING[state]})' for state in MEANING)} |"
    yield f"| --- |{' --: |' * len(MEANING)}"
    for part in PARTS:
        yield f"| {part} | {' | '.join(str(counts[part, state]) for state in MEANING)} |"
    totals: Counter[str] = Counter(states.values())
    yield f"| all | {' | '.join(str(totals[state]) for state in MEANING)} |"
