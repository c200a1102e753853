"""Makes `.venv` in the checkout and installs the pinned packages; uses the standard library only.

The Makefile and `python main.py setup` call it before anything else, so it is quick when there is
nothing to do, and mends what was interrupted. TORCH='…' in the environment replaces what is
installed for torch: any arguments of `pip install`, remembered in `.venv` for the next calls.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
OLDEST_PYTHON = (3, 11)
THIS_PYTHON = sys.version_info[:2]
WINDOWS = os.name == "nt"
INTERRUPTED = 130

LARGE_DOWNLOAD = """\
On Linux pip normally takes torch with CUDA's libraries, a download of about 3 GB. Where CUDA is not
wanted, stop here (Ctrl-C) and name another build: TORCH takes any arguments of `pip install`, and
the README lists the builds. For the CPU alone:
  TORCH='{torch} --index-url https://download.pytorch.org/whl/cpu' make setup"""

TORCH_HINT = """
TORCH is "{torch}", which is remembered. The default instead: TORCH= make setup"""

#: What pip writes when it reaches no index.
NO_NETWORK = re.compile(
    "NewConnectionError|NameResolutionError|ConnectTimeoutError|ProxyError|Network is unreachable"
)


class SetupError(Exception):
    """The environment cannot be made; the message says what to do."""


@dataclass(frozen=True)
class State:
    """What `.venv` holds, kept in a file inside it.

    Attributes:
        python: version of the interpreter it was made with.
        torch: arguments that torch was installed with; empty for the pinned default.
        digests: of each set of requirements that is installed completely.
        installing: pip is at work; if that is so at the start, it was killed.
    """

    python: tuple[int, ...]
    torch: str
    digests: tuple[str, ...] = ()
    installing: bool = False


@dataclass(frozen=True)
class Venv:
    """A virtual environment: where things are in it, and what is known about it."""

    folder: Path

    @property
    def python(self) -> Path:
        """Return its interpreter."""
        return self.folder / ("Scripts/python.exe" if WINDOWS else "bin/python")

    @property
    def state_file(self) -> Path:
        """Return where its `State` is kept."""
        return self.folder / "sfumato-setup.json"

    def state(self) -> State | None:
        """Read what it holds; None where there is no environment, or another program's."""
        try:
            fields: dict[str, Any] = json.loads(self.state_file.read_text(encoding="utf-8"))
            python, digests = tuple(fields.pop("python")), tuple(fields.pop("digests"))
            return State(python=python, digests=digests, **fields)
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def write(self, state: State) -> None:
        """Write down what it holds."""
        self.state_file.write_text(json.dumps(asdict(state)), encoding="utf-8")


@dataclass(frozen=True)
class Wanted:
    """What shall be installed: requirements, the versions that fit, and the build of torch."""

    required: tuple[str, ...]
    constraints: tuple[str, ...]
    torch: str

    @property
    def digest(self) -> str:
        """Return a digest of all that decides what is installed."""
        text = json.dumps([sorted(self.required), self.constraints, self.torch, THIS_PYTHON])
        return hashlib.sha256(text.encode()).hexdigest()

    def pin(self, name: str) -> str:
        """Return the constraint of one package, such as "pip==26.3"."""
        return next(line for line in self.constraints if line.startswith(f"{name}=="))

    def torch_arguments(self, pins: Path) -> list[str]:
        """Split TORCH as a shell would; where it is empty, the pinned version."""
        if not self.torch:
            return ["--constraint", str(pins), self.pin("torch")]
        try:
            return shlex.split(self.torch, posix=not WINDOWS)
        except ValueError as problem:
            raise SetupError(f"TORCH can not be split into arguments: {problem}.") from None

    def without_torch(self) -> Wanted:
        """Return the rest, which must not replace the torch that is there."""
        required, constraints = (
            tuple(line for line in lines if not is_torch(line))
            for lines in (self.required, self.constraints)
        )
        return Wanted(required, constraints, "")


def read_wanted(root: Path, torch: str, *, dev: bool) -> Wanted:
    """Read pyproject.toml, with the developers' tools if `dev`, and constraints.txt."""
    import tomllib  # here, so that a Python without it can still be told that it is too old

    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extra = project["optional-dependencies"]["dev"] if dev else []
    pins = (root / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return Wanted(
        required=(*project["dependencies"], *extra),
        constraints=tuple(line for line in pins if line and not line.startswith("#")),
        torch=torch,
    )


def is_torch(requirement: str) -> bool:
    """Say whether a requirement is about torch itself, not a package named after it."""
    return re.match(r"torch\s*($|[=<>!~;\[@])", requirement) is not None


def is_large(wanted: Wanted, venv: Venv, platform: str) -> bool:
    """Say whether pip's own index will give more than 1 GB: the default torch, on Linux."""
    if wanted.torch or platform != "linux":
        return False
    installed = f"lib/python*/site-packages/{wanted.pin('torch').replace('==', '-')}*.dist-info"
    return not any(venv.folder.glob(installed))


def must_clear(state: State, torch: str) -> bool:
    """Say whether an environment can not be mended: half installed, or of another kind."""
    return state.installing or (state.python, state.torch) != (THIS_PYTHON, torch)


def explain_failure(output: str) -> str:
    """Turn what pip wrote into what to do."""
    if NO_NETWORK.search(output):
        return "The package index can not be reached. Check the network and run the same again."
    if "No space left" in output:
        return "The disk is full. Torch takes about 1 GB for the CPU and 7 GB with CUDA."
    return "pip could not install the packages; its last lines say why. Then run the same again."


def check_python(version: tuple[int, ...]) -> None:
    """Refuse a Python that the packages do not support."""
    if version < OLDEST_PYTHON:
        found, oldest = (".".join(map(str, each)) for each in (version, OLDEST_PYTHON))
        raise SetupError(
            f"Python {oldest} or newer is needed, this is {found}. "
            f"Install one and name it: make run PYTHON=python{oldest}"
        )


def run_pip(pip: Sequence[str | Path], *arguments: str | Path) -> None:
    """Run `pip install`, showing what it writes; explain it when it fails."""
    # Python compiles what it imports; compiling all of torch here would double the time.
    command = [*pip, "install", "--no-compile", *arguments]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, errors="replace") as process:
        written = ""
        for line in process.stderr or ():
            print(line, end="", file=sys.stderr)
            written += line
    if process.returncode:
        raise SetupError(explain_failure(written))


def build_venv(venv: Venv, pip_pin: str, *, clear: bool) -> None:
    """Make an empty environment with a known pip, through ensurepip or else this Python's pip."""
    has_ensurepip = importlib.util.find_spec("ensurepip") is not None
    if not has_ensurepip and importlib.util.find_spec("pip") is None:
        raise SetupError(
            f"{sys.executable} has neither ensurepip nor pip. "
            "On Debian and Ubuntu: apt install python3-venv"
        )
    print(f"Making {venv.folder} with Python {sys.version.split()[0]}", flush=True)
    flags = ["--clear"] * clear + ["--without-pip"] * (not has_ensurepip)
    if subprocess.run([sys.executable, "-m", "venv", *flags, venv.folder], check=False).returncode:
        raise SetupError(f"{venv.folder} could not be made. Remove it, then run the same again.")
    inner = [venv.python, "-m", "pip"]
    outer = [sys.executable, "-m", "pip", "--python", venv.python]
    run_pip(inner if has_ensurepip else outer, "--quiet", pip_pin)


def install(venv: Venv, wanted: Wanted) -> None:
    """Install torch, then everything else beside it."""
    pip = [venv.python, "-m", "pip"]
    rest = wanted.without_torch()
    pins = venv.folder / "constraints.txt"
    pins.write_text("\n".join(rest.constraints), encoding="utf-8")
    if is_large(wanted, venv, sys.platform):
        print(LARGE_DOWNLOAD.format(torch=wanted.pin("torch")), flush=True)
    run_pip(pip, *wanted.torch_arguments(pins))
    run_pip(pip, "--constraint", pins, *rest.required)


def set_up(root: Path, torch: str | None, *, dev: bool) -> Venv:
    """Make `.venv` hold what the project requires; at once where it does already.

    Args:
        root: the checkout.
        torch: arguments of `pip install`; empty for the pinned default, None for what was
            chosen before.
        dev: also install what tests and checks need.
    """
    venv = Venv(root / ".venv")
    state = venv.state()
    if torch is None:
        torch = state.torch if state else ""
    wanted = read_wanted(root, torch, dev=dev)
    clear = state is not None and (must_clear(state, torch) or not venv.python.exists())
    if state and not clear and wanted.digest in state.digests:
        return venv
    if state is None or clear:
        build_venv(venv, wanted.pin("pip"), clear=clear)
    venv.write(State(THIS_PYTHON, torch, installing=True))
    try:
        install(venv, wanted)
    except SetupError as problem:
        venv.write(State(THIS_PYTHON, torch))
        raise SetupError(
            f"{problem}{TORCH_HINT.format(torch=torch)}" if torch else problem
        ) from None
    installed = {wanted.digest, read_wanted(root, torch, dev=False).digest}
    venv.write(State(THIS_PYTHON, torch, tuple(installed)))
    return venv


def main(arguments: Sequence[str] | None = None) -> int:
    """Set up the checkout this file lies in; return the exit code."""
    parser = argparse.ArgumentParser(prog="setup", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--dev", action="store_true", help="also what tests and checks need")
    options = parser.parse_args(arguments)
    try:
        check_python(THIS_PYTHON)
        set_up(ROOT, os.environ.get("TORCH"), dev=options.dev)
    except SetupError as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted. Run the same again to go on.", file=sys.stderr)
        return INTERRUPTED
    return 0


if __name__ == "__main__":
    sys.exit(main())
