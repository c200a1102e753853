"""`python -m tests.chaos`: kill the server and its worker at random moments; nothing is lost.

A second part makes every write of a run fail once. What is random comes from the seed.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from random import SystemRandom

from tests.chaos import killing, write_errors

#: With so many rounds, every place has to be hit often enough.
ROUNDS = 50


def main(words: Sequence[str]) -> int:
    """Run both parts, and say what they found."""
    asked = _parser().parse_args(words)
    if sys.platform != "linux":
        raise SystemExit("This test looks at processes and their files as only Linux shows them.")
    seed = SystemRandom().randrange(10**6) if asked.seed is None else asked.seed
    home = (asked.keep or Path(tempfile.mkdtemp(prefix="sfumato-chaos-"))).resolve()
    print(f"seed {seed}, files in {home}", flush=True)
    began = time.monotonic()
    wrong: list[str] = []
    if asked.rounds:
        wrong += killing.run(home / "killed", asked.rounds, seed)
    if not asked.no_write_errors:
        wrong += write_errors.run(home / "failing", seed)
    print(f"\n{time.monotonic() - began:.0f} s, {len(wrong)} violations", flush=True)
    for each in wrong:
        print(f"  {each}")
    if wrong:
        print(f"Everything lies in {home}; run it again with --seed {seed}.")
    elif asked.keep is None:
        shutil.rmtree(home)
    return 1 if wrong else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"kills ({ROUNDS})")
    parser.add_argument("--seed", type=int, help="what everything random comes from (any)")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="work there and keep it")
    parser.add_argument("--no-write-errors", action="store_true", help="only kill")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
