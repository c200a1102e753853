"""What computing nodes are given: where files lie, where networks run, which are loaded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.devices import DevicePolicy
from engine.memory import Memory

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.paths import Folders

#: Share of the device's memory that weights may take; the rest is for what is computed.
WEIGHTS_SHARE = 0.6
#: Where the memory cannot be told: one SD 1.5 in half precision with its autoencoder in full.
LEAST_BUDGET_BYTES = 3 * 2**30
#: Less is not worth a tile.
LEAST_ROOM_BYTES = 2**28


def tell_nobody(message: str) -> None:
    """Take what nobody is there to hear."""


@dataclass(frozen=True)
class Runtime:
    """The surroundings of one process; shared by all its jobs.

    Attributes:
        room_bytes: what is computed at once should not take more; 0 where that cannot be told.
        warn: tells whoever runs something, such as what was done about a lack of memory.
        share: how much of a network may stay on the device; the rest is streamed.
    """

    folders: Folders
    devices: DevicePolicy
    memory: Memory
    room_bytes: int = 0
    warn: Callable[[str], None] = tell_nobody
    share: float = 1.0

    @classmethod
    def detect(
        cls,
        folders: Folders,
        *,
        precision: str = "auto",
        device: str = "auto",
        memory_bytes: int | None = None,
    ) -> Runtime:
        """Choose the device and number formats, and a budget for weights on it.

        Args:
            memory_bytes: the budget; None is a share of the device's memory. What is computed at
                once should then take no more than as much again.

        Raises:
            SettingError: there is no such precision or device.
        """
        devices = DevicePolicy.detect(precision, device, measured=folders.cache / "devices.json")
        there = devices.memory_bytes
        if memory_bytes is None:
            budget = max(int(there * WEIGHTS_SHARE), LEAST_BUDGET_BYTES)
            room = there - budget if there else 0
        else:
            budget = memory_bytes
            room = min(there - budget, budget) if there else budget
        return cls(folders, devices, Memory(budget), max(room, LEAST_ROOM_BYTES) if room else 0)
