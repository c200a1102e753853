"""The entry point: `python main.py --help` says what there is."""

import sys

if __name__ == "__main__":
    if sys.argv[1:2] == ["setup"]:
        from tools import setup_env

        sys.exit(setup_env.main(sys.argv[2:]))
    if sys.argv[1:2] == ["worker"]:
        from engine.commands.worker import main as work

        sys.exit(work(sys.argv[2:]))
    from engine.cli import main

    sys.exit(main(sys.argv[1:]))
