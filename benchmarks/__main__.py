"""`python -m benchmarks [NAME [ARGUMENT …]]`: without a name all of them, the quick ones first."""

from __future__ import annotations

import importlib
import platform
import subprocess
import sys
from datetime import date

from engine.code_identity import LIBRARIES, library_version

BENCHMARKS = (
    "engine_overhead",
    "startup",
    "worker",
    "pack_call",
    "packs",
    "model_folders",
    "import_workflow",
    "reading_prompts",
    "store",
    "samplers",
    "load_checkpoint",
    "vae_memory",
    "unet_memory",
    "sd15_step",
    "streaming",
    "lora",
    "start_up",
    "prompts",
    "thousand_nodes",
    "queue",
    "clients",
    "editor",
)


def main(arguments: list[str]) -> int:
    if arguments and arguments[0] not in BENCHMARKS:
        print(f"There is no benchmark {arguments[0]!r}. Choose one of {', '.join(BENCHMARKS)}.")
        return 2
    print(surroundings(), file=sys.stderr)
    for name in arguments[:1] or BENCHMARKS:
        print(f"\n# {name}", flush=True)
        importlib.import_module(f"benchmarks.{name}").main(arguments[1:])
    return 0


def surroundings() -> str:
    """Return what figures depend on beside the code."""
    asked = ["git", "describe", "--always", "--dirty"]
    commit = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    libraries = ", ".join(f"{name} {library_version(name)}" for name in LIBRARIES)
    system = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return f"{date.today()}, commit {commit or 'unknown'}, {system}, {libraries}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
