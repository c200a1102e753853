"""What a pack's entry point returns, and what running nodes may ask of the program."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, NoReturn

from engine.comfy.running import running_node
from engine.errors import NodeError

if TYPE_CHECKING:
    from engine.comfy.api.node import ComfyNode
    from engine.comfy.api.schema import NodeReplace
    from engine.context import Context

logger = logging.getLogger(__name__)


class ComfyExtension(ABC):
    """Lists the nodes of a pack."""

    async def on_load(self) -> None:  # noqa: B027 most have nothing to do then
        """Do what is to be done once, before the nodes are asked for."""

    @abstractmethod
    async def get_node_list(self) -> list[type[ComfyNode]]:
        """Return the node classes."""


def _set_progress(value: float, max_value: float, preview_image: Any) -> None:
    context = running_node("set_progress")
    context.progress(round(value), round(max_value))
    if preview_image is not None and context.wants_previews:
        _show(context, preview_image)


def _show(context: Context, picture: Any) -> None:
    from engine.events import Preview

    if hasattr(picture, "shape"):
        from engine.diffusion.imaging.pictures import to_pillow  # late: it imports torch

        picture = to_pillow(picture if picture.ndim == 4 else picture[None])[0]  # noqa: PLR2004 BHWC
    context.job.emit(Preview(context.shown_at, picture, context.node_id))


class _Missing:
    """A part of the API that is not there: it says so when it is used."""

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("_"):
            raise AttributeError(name)
        raise NodeError(
            f'ComfyAPI has no "{name}" here. Of ComfyAPI only execution.set_progress works.'
        )


class _Execution(_Missing):
    async def set_progress(
        self,
        value: float,
        max_value: float,
        node_id: str | None = None,
        preview_image: Any = None,
        **_: Any,
    ) -> None:
        """Tell how far the running node is; `node_id` is known without being told."""
        _set_progress(value, max_value, preview_image)


class _ExecutionSync(_Missing):
    def set_progress(
        self,
        value: float,
        max_value: float,
        node_id: str | None = None,
        preview_image: Any = None,
        **_: Any,
    ) -> None:
        """Tell how far the running node is; `node_id` is known without being told."""
        _set_progress(value, max_value, preview_image)


class _NodeReplacement:
    async def register(self, replacement: NodeReplace) -> None:
        """Note that a node would stand for another; it is not used, the pack works without."""
        logger.warning(
            'Node type "%s" is said to replace "%s"; old documents are not changed by it.',
            replacement.new_node_id,
            replacement.old_node_id,
        )


class ComfyAPI(_Missing):
    """The program as an async node sees it."""

    def __init__(self) -> None:
        self.execution = _Execution()
        self.node_replacement = _NodeReplacement()


class ComfyAPISync(_Missing):
    """The program as a plain node sees it."""

    def __init__(self) -> None:
        self.execution = _ExecutionSync()
