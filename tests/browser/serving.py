"""A server of one's own for a browser."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from engine.workflow import HOME

FRONTEND = HOME / "frontend"
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
CHROMIUM = next((found for name in NAMES if (found := shutil.which(name))), None)


@contextmanager
def served(base: Path, *more: str) -> Generator[str]:
    """Serve the editor over an empty base folder with the built-in model; yield its address."""
    flags = ["--port", "0", "--auth", "none", "--base-directory", str(base)]
    command = [sys.executable, "main.py", "serve", *flags, "--models", str(HOME / "models"), *more]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(
        command, cwd=HOME, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        try:
            found = next(filter(None, (re.search(r"http://\S+", line) for line in process.stdout)))
            yield found[0]
        finally:
            process.terminate()
