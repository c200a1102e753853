"""The entry point: `python main.py --help` says what there is."""

import sys
from pathlib import Path

if __name__ == "__main__":
    if sys.argv[1:2] == ["setup"]:
        sys.path.insert(0, str(Path(__file__).parent / "tools"))
        import setup_env

        sys.exit(setup_env.main(sys.argv[2:]))
    from engine.cli import main

    sys.exit(main(sys.argv[1:]))
