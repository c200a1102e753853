"""Runs Python's tests, the editor's, and the editor's in Chromium, each even if one before failed.

The last are in a process of their own: Playwright keeps an event loop in it. With arguments, which
are pytest's, only Python's tests are run.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence

from tests.browser.serving import CHROMIUM

PYTEST = ("-m", "pytest", "-n", "auto", "--maxprocesses", "4")
PYTHON = (*PYTEST, "--ignore", "tests/browser")
UNITS = ("-m", "tools.frontend", "test")
BROWSER = (*PYTEST, "-m", "browser and not slow", "tests/browser")
LEFT_OUT = """
Left out: the editor's tests in Chromium, which is not there. On Debian: apt-get install chromium"""


def main(arguments: Sequence[str]) -> int:
    """Run the tests; return the worst exit status."""
    if arguments:
        return _run("Python", *PYTHON, *arguments)
    results = [_run("Python", *PYTHON), _run("the editor", *UNITS)]
    if CHROMIUM or os.environ.get("SFUMATO_NEEDS_BROWSER"):
        results.append(_run("the editor in Chromium", *BROWSER))
    else:
        print(LEFT_OUT)
    return max(results)


def _run(title: str, *command: str) -> int:
    print(f"--- Tests of {title}", flush=True)
    start = time.monotonic()
    status = abs(subprocess.run([sys.executable, *command], check=False).returncode)
    print(f"--- {title}: {time.monotonic() - start:.0f} s, exit status {status}", flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
