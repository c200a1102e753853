"""Everything that packs take from `ui`: what a node shows, written to files where it has to be."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any, NoReturn

from engine.comfy.api.saving import SavedResult, save_animation, save_pictures
from engine.comfy.api.widgets import FolderType
from engine.errors import NodeError


class SavedImages:
    """Pictures that were written."""

    def __init__(self, results: Sequence[SavedResult], is_animated: bool = False) -> None:
        self.results = list(results)
        self.is_animated = is_animated

    def as_dict(self) -> dict[str, Any]:
        """Return what clients are told."""
        return {"images": self.results} | ({"animated": (True,)} if self.is_animated else {})


class SavedAudios:
    """Sound files that were written."""

    def __init__(self, results: Sequence[SavedResult]) -> None:
        self.results = list(results)

    def as_dict(self) -> dict[str, Any]:
        """Return what clients are told."""
        return {"audio": self.results}


class PreviewImage:
    """Pictures (B, H, W, C) to look at; they are not kept."""

    def __init__(self, image: Any, animated: bool = False, cls: Any = None, **_: Any) -> None:
        prefix = f"preview_{secrets.token_hex(4)}"
        self.values = save_pictures(image, prefix, FolderType.temp, cls, compress_level=1)
        self.animated = animated

    def as_dict(self) -> dict[str, Any]:
        """Return what clients are told."""
        return {"images": self.values, "animated": (self.animated,)}


class PreviewMask(PreviewImage):
    """Masks (B, H, W) to look at as grey pictures."""

    def __init__(self, mask: Any, animated: bool = False, cls: Any = None, **more: Any) -> None:
        flat = mask.reshape(-1, *mask.shape[-2:])
        super().__init__(flat.unsqueeze(-1).expand(-1, -1, -1, 3), animated, cls, **more)


class PreviewText:
    """A text to read."""

    def __init__(self, value: str, **_: Any) -> None:
        self.value = value

    def as_dict(self) -> dict[str, Any]:
        """Return what clients are told."""
        return {"text": (self.value,)}


class PreviewVideo:
    """Video files that were written, to look at."""

    def __init__(self, values: Sequence[SavedResult], **_: Any) -> None:
        self.values = list(values)

    def as_dict(self) -> dict[str, Any]:
        """Return what clients are told."""
        return {"images": self.values, "animated": (True,)}


class PreviewUI3D:
    """A body to look at from a camera."""

    def __init__(self, model_file: Any, camera_info: Any = None, **_: Any) -> None:
        self.model_file = model_file
        self.camera_info = camera_info

    def as_dict(self) -> dict[str, Any]:
        """Return what clients are told."""
        return {"result": [self.model_file, self.camera_info]}


class PreviewAudio:
    """Sound to listen to; it can not be written yet."""

    def __init__(self, *_: Any, **__: Any) -> NoReturn:
        raise _no_sound()


class ImageSaveHelper:
    """Writes pictures as a node that saves does."""

    @staticmethod
    def save_images(
        images: Any,
        filename_prefix: str,
        folder_type: FolderType = FolderType.output,
        cls: Any = None,
        compress_level: int = 4,
    ) -> list[SavedResult]:
        """Write each picture as a PNG file."""
        return save_pictures(images, filename_prefix, folder_type, cls, compress_level)

    @staticmethod
    def get_save_images_ui(
        images: Any, filename_prefix: str, cls: Any = None, compress_level: int = 4
    ) -> SavedImages:
        """Write each picture to the output folder and show it."""
        saved = save_pictures(images, filename_prefix, FolderType.output, cls, compress_level)
        return SavedImages(saved)

    @staticmethod
    def save_animated_png(  # noqa: PLR0917 as packs call it
        images: Any,
        filename_prefix: str,
        folder_type: FolderType = FolderType.output,
        cls: Any = None,
        fps: float = 6.0,
        compress_level: int = 4,
    ) -> SavedResult:
        """Write pictures as one animated PNG file."""
        about = {"compress_level": compress_level}
        return save_animation(
            images, filename_prefix, folder_type, cls, form="PNG", fps=fps, **about
        )

    @staticmethod
    def get_save_animated_png_ui(
        images: Any,
        filename_prefix: str,
        cls: Any = None,
        fps: float = 6.0,
        compress_level: int = 4,
    ) -> SavedImages:
        """Write pictures to the output folder as one animated PNG file and show it."""
        saved = ImageSaveHelper.save_animated_png(
            images, filename_prefix, FolderType.output, cls, fps, compress_level
        )
        return SavedImages([saved], is_animated=len(images) > 1)

    @staticmethod
    def save_animated_webp(  # noqa: PLR0917 as packs call it
        images: Any,
        filename_prefix: str,
        folder_type: FolderType = FolderType.output,
        cls: Any = None,
        fps: float = 6.0,
        lossless: bool = True,
        quality: int = 80,
        method: int = 4,
    ) -> SavedResult:
        """Write pictures as one animated WebP file."""
        about = {"lossless": lossless, "quality": quality, "method": method}
        return save_animation(
            images, filename_prefix, folder_type, cls, form="WEBP", fps=fps, **about
        )

    @staticmethod
    def get_save_animated_webp_ui(  # noqa: PLR0917 as packs call it
        images: Any,
        filename_prefix: str,
        cls: Any = None,
        fps: float = 6.0,
        lossless: bool = True,
        quality: int = 80,
        method: int = 4,
    ) -> SavedImages:
        """Write pictures to the output folder as one animated WebP file and show it."""
        saved = ImageSaveHelper.save_animated_webp(
            images, filename_prefix, FolderType.output, cls, fps, lossless, quality, method
        )
        return SavedImages([saved], is_animated=len(images) > 1)


class AudioSaveHelper:
    """Writes sound; it can not yet."""

    @staticmethod
    def save_audio(*_: Any, **__: Any) -> NoReturn:
        """Say that sound can not be written."""
        raise _no_sound()

    @staticmethod
    def get_save_audio_ui(*_: Any, **__: Any) -> NoReturn:
        """Say that sound can not be written."""
        raise _no_sound()


def _no_sound() -> NodeError:
    return NodeError(
        "Sound can not be written here yet. Save it in the node itself and return ui.SavedAudios."
    )
