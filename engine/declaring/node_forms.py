"""The native JSON form of a node type, as types; `engine.declaring.described` fills it in.

Integers beyond ±(2⁵³-1) are decimal text, as in documents. What is empty or false is left out.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

#: A number, or a large integer as decimal text.
Number = int | float | str


class WidgetForm(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a value is typed in.

    Attributes:
        kind: `file` is a choice among the files of `folder`; `any` has no widget of its own.
        default: value of a fresh node.
        control: the value may change by itself after a run is queued.
        display: "slider" or another wish about how it looks.
        choices: as they are now; `live` ones may be others the next time.
        many: several of the choices are the value.
        upload: kind of files that may be added to `folder`.
    """

    kind: Literal["int", "float", "text", "bool", "choice", "file", "any"]
    default: Any = UNSET
    min: Number | UnsetType = UNSET
    max: Number | UnsetType = UNSET
    step: Number | UnsetType = UNSET
    round: float | UnsetType = UNSET
    control: bool = False
    display: str = ""
    multiline: bool = False
    dynamic_prompts: bool = False
    placeholder: str = ""
    label_on: str = ""
    label_off: str = ""
    choices: list[Any] | UnsetType = UNSET
    live: bool = False
    many: bool = False
    folder: str = ""
    upload: str = ""


class GrowingForm(msgspec.Struct, frozen=True, kw_only=True, tag="growing", tag_field="kind"):
    """Any number of items: `NAME.PREFIX0`, `NAME.PREFIX1`, …, or under these `names`."""

    item: InputForm
    prefix: str
    min: int
    max: int
    names: list[str]


class VariantsForm(msgspec.Struct, frozen=True, kw_only=True, tag="variants", tag_field="kind"):
    """A choice; the inputs of the chosen option are `NAME.INPUT`."""

    options: dict[str, list[InputForm]]


class InputForm(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One input.

    Attributes:
        label: for people.
        type: socket type; a union is written with commas, `*` fits everything.
        required: it needs a value or a link; a widget's default is one.
        socket_only: it shows no widget although its type has one.
        match: inputs and outputs with the same word take one common type.
        takes_list: it takes a whole list instead of being mapped over it.
        options: what else a pack says of it, in ComfyUI's names.
    """

    name: str
    label: str
    type: str
    required: bool
    widget: WidgetForm | UnsetType = UNSET
    tooltip: str = ""
    lazy: bool = False
    socket_only: bool = False
    match: str = ""
    takes_list: bool = False
    raw_link: bool = False
    dynamic: GrowingForm | VariantsForm | UnsetType = UNSET
    options: dict[str, Any] = {}


class OutputForm(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One output."""

    name: str
    type: str
    is_list: bool = False
    tooltip: str = ""
    match: str = ""


class NodeForm(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One node type.

    Attributes:
        version: of its definition; documents name it.
        pack: whose it is; empty for a built-in.
        output: it shows or saves something, so it is a reason to run.
        open_inputs: it takes inputs that are not declared.
        search_words: what else people may look for it by.
        problem: what of it can not be described, such as a list of choices.
    """

    id: str
    version: int
    title: str
    category: str = ""
    description: str = ""
    pack: str = ""
    inputs: list[InputForm] = []
    outputs: list[OutputForm] = []
    output: bool = False
    deprecated: bool = False
    experimental: bool = False
    open_inputs: bool = False
    search_words: list[str] = []
    problem: str = ""
