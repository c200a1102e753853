"""Makes chosen writes of a running process fail, through a library that is loaded into it."""

from __future__ import annotations

import mmap
import shutil
import struct
import subprocess
from pathlib import Path
from typing import NamedTuple

SOURCE = Path(__file__).with_name("faults.c")
#: As `struct control` of the source has it.
LAYOUT = struct.Struct("@iiqqq256s")
_PID = struct.Struct("@i")


class Seen(NamedTuple):
    """How many writes there were while it was armed, and the first that failed, or nothing."""

    writes: int
    failed: str


class Faults:
    """The library and the file by which it is told what to do."""

    def __init__(self, home: Path, folder: Path) -> None:
        """Compile the library; writes below `folder` count."""
        compiler = shutil.which("cc")
        if compiler is None:
            raise SystemExit("The write errors need a C compiler, and there is no `cc`.")
        library, control = home / "faults.so", home / "faults.control"
        command = [compiler, "-shared", "-fPIC", "-O1", "-o", library, SOURCE, "-ldl"]
        subprocess.run(command, check=True)
        control.write_bytes(bytes(LAYOUT.size))
        with control.open("r+b") as file:
            self._control = mmap.mmap(file.fileno(), LAYOUT.size)
        self.variables = {
            "LD_PRELOAD": str(library),
            "CHAOS_CONTROL": str(control),
            "CHAOS_FOLDER": f"{folder}/",
        }

    def arm(self, pid: int, error: int, first: int, count: int = 1) -> None:
        """Have a process fail in its writes from the `first` on, `count` of them."""
        self.disarm()
        LAYOUT.pack_into(self._control, 0, 0, error, first, count, 0, b"")
        _PID.pack_into(self._control, 0, pid)

    def disarm(self) -> Seen:
        """Let all writes be done again, and return what happened."""
        _PID.pack_into(self._control, 0, 0)
        return self.seen()

    def seen(self) -> Seen:
        """Return what has happened since it was armed."""
        *_, seen, failed = LAYOUT.unpack_from(self._control, 0)
        return Seen(seen, failed.split(b"\0")[0].decode(errors="replace"))
