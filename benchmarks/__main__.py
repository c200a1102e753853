"""`python -m benchmarks [NAME [ARGUMENT …]]`: without a name, those that take minutes at most."""

from __future__ import annotations

import importlib
import sys

#: name -> whether `make bench` without a name runs it
BENCHMARKS = {
    "engine_overhead": True,
    "startup": True,
    "samplers": True,
    "load_checkpoint": False,
    "sd15_step": False,
}


def main(arguments: list[str]) -> int:
    if arguments and arguments[0] not in BENCHMARKS:
        print(f"There is no benchmark {arguments[0]!r}. Choose one of {', '.join(BENCHMARKS)}.")
        return 2
    if arguments:
        importlib.import_module(f"benchmarks.{arguments[0]}").main(arguments[1:])
        return 0
    for name, is_quick in BENCHMARKS.items():
        if is_quick:
            print(f"\n# {name}", flush=True)
            importlib.import_module(f"benchmarks.{name}").main([])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
