"""300 packs of one node each: the first listing, and what the next start knows without importing.

python -m benchmarks packs [COUNT]
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COUNT = 300
PACK = """\
from engine import node


@node(category="toy", title="Node {0}", lane="inline")
def node_{0}(value: int = {0}) -> int:
    \"\"\"Give a number.\"\"\"
    return value
"""
#: Runs in a process of its own: seconds of the question, packs imported, types known.
PROBE = """
import json, sys, time
from pathlib import Path
from engine.packs.shelf import registry_with_packs
from engine.paths import Folders
from engine.registry import BUILT_INS, Registry

folders, built_ins = Folders.at(Path({base!r})), Registry.of_packages(BUILT_INS)
started = time.perf_counter()
registry, shelf = registry_with_packs(folders, built_ins)
known = {question}
seconds = time.perf_counter() - started
imported = sum(name.startswith("custom_nodes_") for name in sys.modules)
print(json.dumps([seconds, imported, known]))
"""
QUESTIONS = {
    "first listing": "len(shelf.packs())",
    "known at the next start": "len(shelf.known())",
    "listed at the next start": "len(shelf.packs())",
    "all of them imported": "len(list(shelf.all()))",
}


def ask(base: str, question: str) -> tuple[float, int, int]:
    probe = PROBE.format(base=base, question=question)
    call = [sys.executable, "-c", probe]
    done = subprocess.run(call, cwd=ROOT, check=True, capture_output=True, text=True)
    seconds, imported, known = json.loads(done.stdout.splitlines()[-1])
    return seconds, imported, known


def main(arguments: list[str]) -> None:
    count = int(arguments[0]) if arguments else COUNT
    print("asked for: first listing under 3 s; all known at the next start in under 0.1 s")
    with tempfile.TemporaryDirectory() as base:
        for number in range(count):
            pack = Path(base) / "custom_nodes" / f"pack_{number:03}"
            pack.mkdir(parents=True)
            (pack / "__init__.py").write_text(PACK.format(number))
        for name, question in QUESTIONS.items():
            seconds, imported, known = ask(base, question)
            print(f"{name:<26} {seconds:.3f} s  ({known} known, {imported} imported)")


if __name__ == "__main__":
    main(sys.argv[1:])
