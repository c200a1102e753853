"""Inputs with a widget: numbers, text, choices and what only an editor can draw."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any

from engine.comfy.api.base import ComfyTypeIO, WidgetInput, comfytype, plain


class NumberDisplay(str, Enum):  # noqa: UP042 packs compare members with plain text
    """How a number is shown."""

    number = "number"
    slider = "slider"
    gradient_slider = "gradientslider"
    color = "color"
    knob = "knob"


class ControlAfterGenerate(str, Enum):  # noqa: UP042 the same
    """What happens to a value after a run is queued."""

    fixed = "fixed"
    increment = "increment"
    decrement = "decrement"
    randomize = "randomize"


class UploadType(str, Enum):  # noqa: UP042 the same
    """What a choice of files offers to upload; the option that says so."""

    image = "image_upload"
    audio = "audio_upload"
    video = "video_upload"
    model = "file_upload"


class FolderType(str, Enum):  # noqa: UP042 the same
    """A folder of files that clients see."""

    input = "input"
    output = "output"
    temp = "temp"


@dataclass(frozen=True)
class RemoteOptions:
    """A choice whose list the editor fetches."""

    route: str
    refresh_button: bool = False
    control_after_refresh: str = "first"
    timeout: int | None = None
    max_retries: int | None = None
    refresh: int | None = None
    response_key: str | None = None
    query_params: dict[str, str] | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return what is set, as the editor reads it."""
        return {name: value for name, value in asdict(self).items() if value is not None}


@comfytype("INT")
class Int(ComfyTypeIO):
    """A whole number."""

    Type = int

    class Input(WidgetInput):
        """`default`, `min`, `max`, `step`, `control_after_generate`, `display_mode`."""


@comfytype("FLOAT")
class Float(ComfyTypeIO):
    """A real number."""

    Type = float

    class Input(WidgetInput):
        """`default`, `min`, `max`, `step`, `round`, `display_mode`."""


@comfytype("STRING")
class String(ComfyTypeIO):
    """Text."""

    Type = str

    class Input(WidgetInput):
        """`multiline`, `dynamic_prompts`, `placeholder`."""


@comfytype("BOOLEAN")
class Boolean(ComfyTypeIO):
    """Yes or no."""

    Type = bool

    class Input(WidgetInput):
        """`label_on`, `label_off`."""


class Choices(WidgetInput):
    """What choices share: `options` is a list or an `Enum` class."""

    positions = ("options", *WidgetInput.positions)

    @property
    def values(self) -> list[Any]:
        """Return what there is to choose from."""
        return [plain(each) for each in self.declared.get("options") or ()]

    def as_options(self) -> dict[str, Any]:
        """Return what clients are told beside the list."""
        told = super().as_options()
        if upload := told.pop("upload", None):
            told[upload] = True
        return told


@comfytype("COMBO")
class Combo(ComfyTypeIO):
    """One of a list."""

    Type = str

    class Input(Choices):
        """`options`, `upload`, `image_folder`, `remote`, `control_after_generate`."""


@comfytype("COMBO")
class MultiCombo(ComfyTypeIO):
    """Any number of a list."""

    Type = list

    class Input(Choices):
        """`options`, `placeholder`, `chip`."""

        def as_options(self) -> dict[str, Any]:
            """Return what clients are told beside the list."""
            told = super().as_options()
            shown = {name: told.pop(name) for name in ("placeholder", "chip") if name in told}
            return told | {"multi_select": {"chip": False} | shown}


def _drawn(io_type: str, hint: Any = Any) -> type[ComfyTypeIO]:
    """Return a type whose widget only an editor can draw; its value is taken as it is."""
    kind = type(io_type, (ComfyTypeIO,), {"Type": hint, "Input": WidgetInput})
    return comfytype(io_type)(kind)


Color = _drawn("COLOR", str)
BoundingBox = _drawn("BOUNDING_BOX", dict)
Curve = _drawn("CURVE", list)
Webcam = _drawn("WEBCAM", str)
ImageCompare = _drawn("IMAGECOMPARE", dict)
Load3D = _drawn("LOAD_3D", dict)
Load3DAnimation = _drawn("LOAD_3D_ANIMATION", dict)
