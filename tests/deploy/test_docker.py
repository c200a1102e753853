"""What the image is built from. No image is built here: that takes a daemon and gigabytes."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from engine.paths import Folders
from engine.server.options import OPTIONS, PLACES, VARIABLE

ROOT = Path(__file__).resolve().parents[2]
#: The checkout in the image.
HOME = "/opt/sfumato/"
FILE = re.sub(r"\\\n", " ", (ROOT / "Dockerfile").read_text(encoding="utf-8"))
IGNORED = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()


def lines(instruction: str) -> list[str]:
    return re.findall(rf"^{instruction} +(.+)$", FILE, flags=re.MULTILINE)


def taken() -> list[str]:
    return [line[1:] for line in IGNORED if line.startswith("!")]


def is_taken(name: str) -> bool:
    return any(name == each or name.startswith(f"{each}/") for each in taken())


def words(instruction: str) -> list[str]:
    (line,) = lines(instruction)
    return json.loads(line)


def in_image(path: str) -> str:
    """Return a path of the image as one of the checkout."""
    assert path.startswith(HOME)
    return path.removeprefix(HOME)


def test_only_what_is_named_goes_into_the_image():
    assert IGNORED[1] == "*"
    assert IGNORED[-1] == "**/__pycache__"
    assert [name for name in taken() if not (ROOT / name).exists()] == []
    assert not any(is_taken(name) for name in ("user", "input", "output", "cache", "tests", ".git"))


def test_everything_that_is_copied_is_there_and_taken():
    sources = [source for line in lines("COPY") for source in shlex.split(line)[:-1]]

    assert [each for each in sources if each != "." and not is_taken(each)] == []
    assert all((ROOT / each).exists() for each in sources)


def test_programs_that_the_image_names_are_taken():
    named = [*words("ENTRYPOINT")[1:2], *re.findall(rf"{HOME}deploy/\S+\.py", FILE)]

    assert [in_image(each) for each in named] == ["main.py", "deploy/healthy.py"]
    assert all(is_taken(in_image(each)) for each in named)


def test_models_that_come_along_are_found_beside_the_base_directory():
    option, folder = words("ENTRYPOINT")[-2:]

    assert option == "--models"
    assert is_taken(f"{in_image(folder)}/checkpoints/emoji-mini")


def test_variables_of_the_image_are_settings():
    named = re.findall(r"SFUMATO_(\w+)=", "".join(lines("ENV")))

    known = [option.variable.removeprefix(VARIABLE) for option in OPTIONS] + PLACES
    assert named == ["BASE_DIRECTORY", "LISTEN"]
    assert set(named) <= set(known)


def test_every_folder_that_is_written_is_made_in_the_volume():
    folders = Folders.at(Path("/data"))
    written = (folders.input, folders.output, folders.temp, folders.cache, folders.user)

    assert lines("VOLUME") == ["/data"]
    assert {str(each) for each in written} < set(re.findall(r"/data/\w+", FILE))


def test_the_server_is_not_run_by_root():
    assert lines("USER") == ["sfumato"]
    assert FILE.index("\nUSER sfumato") < FILE.index("\nENTRYPOINT")


@pytest.mark.parametrize(("device", "index"), [("cpu", "/whl/cpu"), ("cuda", "")])
def test_torch_is_the_build_of_the_device(device: str, index: str):
    script = re.findall(r"case .*? esac", FILE, flags=re.DOTALL)[0]
    done = subprocess.run(
        ["/bin/sh", "-c", f'{script}; echo "$TORCH"'],
        env={"DEVICE": device, "PATH": "/usr/bin:/bin"},
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip

    (pin,) = re.findall(r"^torch==.*$", (ROOT / "constraints.txt").read_text(), flags=re.MULTILINE)
    torch = done.stdout.strip()
    assert torch.endswith(index)
    assert torch.startswith(pin) if index else torch == ""


def copy_taken(to: Path) -> None:
    left_out = shutil.ignore_patterns("__pycache__")
    for name in taken():
        source, target = ROOT / name, to / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=left_out)
        else:
            shutil.copy(source, target)


def test_what_is_taken_is_enough_to_run(tmp_path: Path):
    copy_taken(tmp_path / "image")
    done = subprocess.run(
        [sys.executable, "-B", "main.py", "--models", "models", "models", "--json"],
        env={"SFUMATO_BASE_DIRECTORY": str(tmp_path / "data"), "PATH": "/usr/bin:/bin"},
        cwd=tmp_path / "image", capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert "emoji-mini" in done.stdout
