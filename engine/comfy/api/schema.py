"""What a V3 node declares beside its code, and what it returns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from engine.comfy.api.base import Input, Output


class Hidden(str, Enum):  # noqa: UP042 packs compare members with plain text
    """What the engine tells a node through `cls.hidden`."""

    unique_id = "UNIQUE_ID"
    prompt = "PROMPT"
    extra_pnginfo = "EXTRA_PNGINFO"
    dynprompt = "DYNPROMPT"
    auth_token_comfy_org = "AUTH_TOKEN_COMFY_ORG"
    api_key_comfy_org = "API_KEY_COMFY_ORG"


@dataclass(frozen=True)
class HiddenHolder:
    """The hidden values of one call; what was not asked for is None."""

    unique_id: str | None = None
    prompt: Any = None
    extra_pnginfo: Any = None
    dynprompt: Any = None
    auth_token_comfy_org: str | None = None
    api_key_comfy_org: str | None = None


@dataclass
class Schema:
    """What a node is; the fields are those of the V3 documentation."""

    node_id: str
    display_name: str | None = None
    category: str = "sd"
    inputs: list[Input] = field(default_factory=list[Input])
    outputs: list[Output] = field(default_factory=list[Output])
    hidden: list[Hidden] = field(default_factory=list[Hidden])
    description: str = ""
    search_aliases: list[str] = field(default_factory=list[str])
    is_input_list: bool = False
    is_output_node: bool = False
    is_deprecated: bool = False
    is_experimental: bool = False
    is_dev_only: bool = False
    is_api_node: bool = False
    price_badge: Any = None
    not_idempotent: bool = False
    enable_expand: bool = False
    accept_all_inputs: bool = False
    essentials_category: str | None = None
    has_intermediate_output: bool = False

    def finalize(self) -> None:
        """Give outputs their ids and add the hidden values that follow from the kind of node."""
        for index, output in enumerate(self.outputs):
            if output.id is None:
                output.id = f"_{index}_{output.io_type}_"
        implied: list[Hidden] = []
        if self.is_output_node:
            implied += (Hidden.prompt, Hidden.extra_pnginfo)
        if self.is_api_node:
            implied += (Hidden.auth_token_comfy_org, Hidden.api_key_comfy_org)
        self.hidden = list(dict.fromkeys([*self.hidden, *implied]))

    def validate(self) -> None:
        """Check what the types do not.

        Raises:
            ValueError: the schema has no id, or an id is there twice.
        """
        if not isinstance(self.node_id, str) or not self.node_id:  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ValueError(f"its node_id is {self.node_id!r}; it must be a text")
        _check_kind("input", self.inputs, Input)
        _check_kind("output", self.outputs, Output)
        ids = [each.id for each in (*self.inputs, *self.outputs) if each.id is not None]
        if twice := sorted({str(each) for each in ids if ids.count(each) > 1}):
            names = ", ".join(f'"{name}"' for name in twice)
            raise ValueError(f"several of its inputs and outputs have the id {names}")


def _check_kind(kind: str, declared: Sequence[object], wanted: type) -> None:
    for each in declared:
        if not isinstance(each, wanted):
            raise ValueError(f"its {kind}s list {each!r}; use io.Image.{kind.title()}(…) and such")


class NodeOutput:
    """What `execute` returns: values, something to show, new nodes, or why nothing follows."""

    def __init__(
        self, *args: Any, ui: Any = None, expand: Any = None, block_execution: str | None = None
    ) -> None:
        self.args = args
        self.ui = ui
        self.expand = expand
        self.block_execution = block_execution

    @property
    def result(self) -> tuple[Any, ...] | None:
        """Return the values, or None where there are none."""
        return self.args or None


@dataclass(frozen=True)
class NodeReplace:
    """Which node stands for an older one, and how its inputs and outputs are called there."""

    new_node_id: str
    old_node_id: str
    old_widget_ids: list[str] | None = None
    input_mapping: list[dict[str, Any]] | None = None
    output_mapping: list[dict[str, Any]] | None = None
