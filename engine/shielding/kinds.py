"""Whether a value plainly is something else than its output is declared to be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from engine.errors import NodeError
from engine.lazy import loaded
from engine.results import Blocker, Link
from engine.types import Conditioning, Latent

if TYPE_CHECKING:
    from engine.spec import NodeSpec, OutputSpec


def described(value: Any) -> str:
    """Say in a few words what a value is."""
    kind = value.__class__
    name = kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
    if isinstance(value, str):
        return f"{name} {value[:40]!r}"
    if isinstance(value, dict):
        return f"{name} with the keys {', '.join(map(str, list(value)[:6])) or 'none'}"
    if isinstance(value, (list, tuple)):
        return f"{name} of {len(value)}"
    return name


def is_tensor(value: Any) -> bool:
    """Say whether a value is a tensor; where torch is not loaded there are none."""
    torch = loaded("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def check_kinds(spec: NodeSpec, values: Sequence[Any]) -> None:
    """Look at what a pack's node gave, one value an output.

    None, blockers and links into an expansion may stand for any value.

    Raises:
        NodeError: a picture is no tensor, a latent no `Latent`, and so on.
    """
    for output, value in zip(spec.outputs, values, strict=True):
        fits = _KINDS.get(output.type)
        if fits is None:
            continue
        is_listed = output.is_list and isinstance(value, (list, tuple))
        for each in value if is_listed else (value,):
            if not fits(each) and not isinstance(each, (Blocker, Link, type(None))):
                raise wrong_output(spec, output, each)


def wrong_output(spec: NodeSpec, output: OutputSpec, value: Any) -> NodeError:
    """Return the error that names the node type whose output is something else."""
    return NodeError(
        f'Output "{output.name}" of node type "{spec.id}" (pack "{spec.source}") is declared '
        f"{output.type}, but gave {described(value)}."
    )


_KINDS: dict[str, Callable[[Any], bool]] = {
    "IMAGE": is_tensor,
    "MASK": is_tensor,
    "SIGMAS": is_tensor,
    "LATENT": lambda value: isinstance(value, Latent),
    "CONDITIONING": lambda value: isinstance(value, Conditioning),
}
#: Types of which it is known what their values are.
KNOWN_KINDS = frozenset(_KINDS)
