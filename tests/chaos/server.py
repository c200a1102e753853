"""A server as a process of its own, which is killed, and its worker."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

HOME = Path(__file__).parents[2]
MAIN = HOME / "main.py"
#: Seconds after which a start, or an end, has failed.
PATIENCE_S = 60.0
LOOK_S = 0.002


class Server:
    """A server on a base directory; it may be started, killed and started again.

    Attributes:
        base: the installation's folder.
        token: of its one user, good for all its lives.
        port: where it listens now.
    """

    def __init__(self, base: Path, variables: Mapping[str, str] | None = None) -> None:
        self.base = base
        self.log = base.with_name(f"{base.name}.log")
        self._variables = {**os.environ, **(variables or {})}
        base.mkdir(parents=True)
        asked = self._command("users", "token", "default")
        told = subprocess.run(asked, capture_output=True, text=True, check=True)
        self.token = re.findall(r"sfm_\S+", told.stdout)[0]
        self.port = 0
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave no process behind, whatever happened."""
        if self.is_alive:
            self.kill()

    @property
    def pid(self) -> int:
        """Return the server's process."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it, and wait until it listens."""
        command = [*self._command("serve", "--port", "0"), "--models", str(HOME / "models")]
        with self.log.open("a") as log:
            self._process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=log, text=True, env=self._variables
            )
        assert self._process.stdout is not None
        said = self._process.stdout.readline()
        if (found := re.search(r":(\d+)/", said)) is None:
            raise AssertionError(f'the server did not start, see "{self.log}"')
        self.port = int(found[1])

    def stop(self) -> None:
        """End it as an operator does."""
        if self._process is not None:
            self._process.terminate()
            code = self._process.wait(PATIENCE_S)
            assert code == 0, f"the server ended with exit code {code}"
            self._process = None

    def kill(self) -> None:
        """Kill it; its worker ends with it."""
        assert self._process is not None
        worker = self.worker
        os.kill(self.pid, signal.SIGKILL)
        self._process.wait(PATIENCE_S)
        self._process = None
        if worker is not None:
            until_gone(worker)

    @property
    def is_alive(self) -> bool:
        """Say whether it runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def worker(self) -> int | None:
        """Return the worker's process, or None while there is none."""
        with suppress(OSError):
            children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
            alive = [int(each) for each in children if not has_ended(int(each))]
            return alive[0] if alive else None
        return None

    def _command(self, *words: str) -> list[str]:
        return [sys.executable, str(MAIN), *words, "--base-directory", str(self.base)]


def has_ended(pid: int) -> bool:
    """Say whether a process is gone, or nothing is left of it but its exit code."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return True
    return state in "ZX"


def until_gone(pid: int) -> None:
    """Wait for the end of a process."""
    end = time.monotonic() + PATIENCE_S
    while not has_ended(pid):
        assert time.monotonic() < end, f"process {pid} does not end"
        time.sleep(LOOK_S)
