"""Ask the tensors of a network what it is built of. Knows no torch."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from engine.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.diffusion.model_files.tensor_info import TensorInfo


class Shapes:
    """The tensors of one network by their names inside the module."""

    def __init__(self, file_name: str, tensors: Mapping[str, TensorInfo]) -> None:
        self._file_name = file_name
        self._tensors = tensors

    def has(self, start: str) -> bool:
        """Say whether a name begins like this."""
        return any(name.startswith(start) for name in self._tensors)

    def size(self, name: str, axis: int) -> int:
        """Return the length of an axis of the tensor `name`.

        Raises:
            ModelError: there is no such tensor or axis.
        """
        try:
            return self._tensors[name].shape[axis]
        except KeyError:
            problem = f'lacks the tensor "{name}", without which its network cannot be told'
        except IndexError:
            problem = f'has "{name}" in the shape {self._tensors[name].shape}'
        raise ModelError(f'"{self._file_name}" {problem}. The file is incomplete or damaged.')

    def count(self, start: str) -> int:
        """Return how many numbers follow `start` in names: `blocks.0.`, `blocks.1.` are 2."""
        pattern = re.compile(re.escape(start) + r"(\d+)\.")
        return len({m[1] for name in self._tensors if (m := pattern.match(name))})

    def first(self, pattern: str) -> str | None:
        """Return the first name that matches a regular expression to its end."""
        compiled = re.compile(pattern)
        return next((name for name in self._tensors if compiled.fullmatch(name)), None)
