"""A network that torch compiles the first time it answers."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from engine.diffusion.streaming import stream_of
from engine.errors import BadValue, ModelError

if TYPE_CHECKING:
    from torch import nn

    from engine.diffusion.unet.network_patches import Pass

NAME = "TorchCompile"
#: Backends that are for one kind of device.
DEVICES = {"cudagraphs": "cuda"}


def check_backend(backend: str, device: str) -> None:
    """Say whether a backend is for a kind of device.

    Raises:
        BadValue: it is for another one.
    """
    wanted = DEVICES.get(backend, device)
    if wanted != device:
        raise BadValue(
            f'The backend "{backend}" compiles for {wanted}, but this engine computes on {device}. '
            'Choose "inductor".',
            socket="backend",
        )


@contextmanager
def compiled(network: nn.Module, forward: Pass, *, backend: str) -> Generator[None, None, None]:
    """Compute one pass with compiled code.

    A pass that something else changes, or whose weights come as it goes, is computed without: what
    is compiled would not hear of it.

    Raises:
        ModelError: the backend cannot compile.
    """
    if any(patch.name != NAME for patch in forward.patches) or stream_of(network) is not None:
        yield
        return

    import torch._dynamo.exc as problems

    vars(network)["forward"] = partial(_compiled(type(network), backend), network)
    try:
        yield
    except problems.TorchDynamoException as problem:
        raise ModelError(
            f'torch cannot compile this model with the backend "{backend}": {_said(problem)}. '
            "Take TorchCompileModel away, or install what the backend needs."
        ) from problem
    finally:
        vars(network).pop("forward", None)


@cache
def _compiled(kind: type[nn.Module], backend: str) -> Callable[..., Any]:
    import torch

    return torch.compile(kind.forward, backend=backend)


def _said(problem: Exception) -> str:
    lines = [line.strip() for line in str(problem).splitlines() if line.strip()]
    return " ".join(lines[:2]).rstrip(".") or type(problem).__name__
