"""Names that packs annotate with; what stands for video can not be used yet."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, NoReturn

from engine.errors import NodeError


class VideoInput:
    """A moving picture, as annotations name it."""


class _NoVideo(VideoInput):
    def __init__(self, *_: Any, **__: Any) -> NoReturn:
        raise NodeError("Video can not be read or made here yet. Use a batch of images.")


class VideoFromFile(_NoVideo):
    """A video file."""


class VideoFromComponents(_NoVideo):
    """A video made of images and sound."""


class VideoCodec(str, Enum):  # noqa: UP042 packs compare members with plain text
    """How the pictures of a video are packed."""

    AUTO = "auto"
    H264 = "h264"


class VideoContainer(str, Enum):  # noqa: UP042 the same
    """What kind of file a video is."""

    AUTO = "auto"
    MP4 = "mp4"


@dataclass
class VideoComponents:
    """Pictures (B, H, W, C), sound and speed of a video."""

    images: Any
    frame_rate: Any
    audio: Any = None
    metadata: dict[str, Any] | None = None


class MESH:
    """Corners and faces of a body."""

    def __init__(self, vertices: Any, faces: Any) -> None:
        self.vertices = vertices
        self.faces = faces


class VOXEL:
    """A body as a grid of cells."""

    def __init__(self, data: Any) -> None:
        self.data = data


class Input:
    """What arrives at inputs, for annotations."""

    Image = Any
    Mask = Any
    Latent = dict[str, Any]
    Audio = dict[str, Any]
    Video = VideoInput


class InputImpl:
    """Classes that make such values."""

    VideoFromFile = VideoFromFile
    VideoFromComponents = VideoFromComponents


class Types:
    """Plain types of values."""

    VideoCodec = VideoCodec
    VideoContainer = VideoContainer
    VideoComponents = VideoComponents
    MESH = MESH
    VOXEL = VOXEL
