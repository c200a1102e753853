from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tools import setup_env
from tools.setup_env import ROOT, THIS_PYTHON, SetupError, State, Venv, Wanted

WANTED = Wanted(
    required=("torch>=2", "torchsde", "numpy"),
    constraints=("numpy==2.0", "pip==26.3", "torch==2.13.0", "torchsde==0.2.6"),
    torch="",
)
CPU = "torch --index-url 'https://a.example/whl/cpu'"


@pytest.fixture
def venv(tmp_path: Path) -> Venv:
    venv = Venv(tmp_path / ".venv")
    venv.python.parent.mkdir(parents=True)
    venv.python.touch()
    return venv


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name in ("pyproject.toml", "constraints.txt"):
        (tmp_path / name).write_text((ROOT / name).read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch, venv: Venv) -> list[str]:
    """Replace the two steps that take minutes by notes that they were asked for."""
    made: list[str] = []

    def build(_venv: Venv, _pin: str, *, clear: bool) -> None:
        made.append("clear" if clear else "build")

    def install(_venv: Venv, wanted: Wanted) -> None:
        made.append(f"install {wanted.torch}".strip())

    monkeypatch.setattr(setup_env, "build_venv", build)
    monkeypatch.setattr(setup_env, "install", install)
    return made


def test_what_is_required_is_pinned():
    wanted = setup_env.read_wanted(ROOT, "", dev=True)

    pinned = {line.split("==")[0].lower().replace("_", "-") for line in wanted.constraints}

    assert {name_of(line) for line in wanted.required} <= pinned
    assert {"pip", "torch"} <= pinned


def name_of(requirement: str) -> str:
    return requirement.split(">")[0].split("[")[0].strip().lower()


def test_developers_get_what_users_get_and_more():
    user = setup_env.read_wanted(ROOT, "", dev=False).required
    developer = setup_env.read_wanted(ROOT, "", dev=True).required

    assert set(user) < set(developer)
    assert not any(line.startswith("pytest") for line in user)


@pytest.mark.parametrize(
    ("requirement", "answer"),
    [
        ("torch", True),
        ("torch==2.13.0", True),
        ("torch >=2", True),
        ("torch[opt]>=2", True),
        ("torchsde>=0.2", False),
        ("torch-extra==1", False),
    ],
)
def test_only_torch_itself_is_torch(requirement: str, answer: bool):
    assert setup_env.is_torch(requirement) is answer


def test_the_default_torch_is_the_pinned_one():
    assert WANTED.torch_arguments(Path("pins")) == ["--constraint", "pins", "torch==2.13.0"]


def test_named_torch_is_split_as_a_shell_would():
    arguments = replace(WANTED, torch=CPU).torch_arguments(Path("pins"))

    assert arguments == ["torch", "--index-url", "https://a.example/whl/cpu"]


def test_an_unclosed_quote_in_torch_is_explained():
    with pytest.raises(SetupError, match="can not be split"):
        replace(WANTED, torch="torch 'x").torch_arguments(Path("pins"))


def test_the_rest_leaves_torch_alone():
    rest = WANTED.without_torch()

    assert rest.required == ("torchsde", "numpy")
    assert rest.constraints == ("numpy==2.0", "pip==26.3", "torchsde==0.2.6")


@pytest.mark.parametrize(
    "other",
    [
        replace(WANTED, required=(*WANTED.required, "scipy")),
        replace(WANTED, constraints=("numpy==2.1",)),
        replace(WANTED, torch=CPU),
    ],
)
def test_the_digest_tells_apart_what_is_installed(other: Wanted):
    assert other.digest != WANTED.digest


def test_a_large_download_is_expected_of_the_default_torch_on_linux(venv: Venv):
    assert setup_env.is_large(WANTED, venv, "linux")


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_no_large_download_is_expected_elsewhere(venv: Venv, platform: str):
    assert not setup_env.is_large(WANTED, venv, platform)


def test_no_large_download_is_expected_of_a_named_torch(venv: Venv):
    assert not setup_env.is_large(replace(WANTED, torch=CPU), venv, "linux")


def test_no_large_download_is_expected_where_torch_is_installed(venv: Venv):
    packages = venv.folder / "lib" / "python3.11" / "site-packages"
    (packages / "torch-2.13.0+cpu.dist-info").mkdir(parents=True)

    assert not setup_env.is_large(WANTED, venv, "linux")


@pytest.mark.parametrize(
    ("output", "answer"),
    [
        ("WARNING: Retrying … NewConnectionError('…')", "network"),
        ("ERROR: [Errno 28] No space left on device", "disk is full"),
        ("ERROR: No matching distribution found for torch==9", "its last lines say why"),
    ],
)
def test_a_failure_of_pip_is_explained(output: str, answer: str):
    assert answer in setup_env.explain_failure(output)


def test_pip_that_fails_is_an_error_with_its_output_shown(capfd: pytest.CaptureFixture[str]):
    script = "import sys; sys.exit('No space left on device')"

    with pytest.raises(SetupError, match="disk is full"):
        setup_env.run_pip([sys.executable, "-c", script])

    assert "No space left" in capfd.readouterr().err


def test_an_old_python_is_told_what_is_needed():
    with pytest.raises(SetupError, match=r"3\.11 or newer is needed, this is 3\.9"):
        setup_env.check_python((3, 9))


def test_the_state_is_read_as_it_was_written(venv: Venv):
    state = State(THIS_PYTHON, CPU, ("a", "b"), installing=True)
    venv.write(state)

    assert venv.state() == state


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"python": [3, 11], "digests": [], "x": 1}'])
def test_a_damaged_state_is_none(venv: Venv, text: str):
    venv.state_file.write_text(text, encoding="utf-8")

    assert venv.state() is None


def test_a_first_set_up_builds_and_installs(checkout: Path, calls: list[str]):
    setup_env.set_up(checkout, None, dev=False)

    assert calls == ["build", "install"]


def test_a_second_set_up_does_nothing(checkout: Path, calls: list[str]):
    setup_env.set_up(checkout, None, dev=True)
    calls.clear()

    setup_env.set_up(checkout, None, dev=True)
    setup_env.set_up(checkout, None, dev=False)

    assert calls == []


def test_developers_tools_are_added_to_what_is_there(checkout: Path, calls: list[str]):
    setup_env.set_up(checkout, None, dev=False)
    calls.clear()

    setup_env.set_up(checkout, None, dev=True)

    assert calls == ["install"]


def test_a_killed_installation_starts_afresh(checkout: Path, venv: Venv, calls: list[str]):
    venv.write(State(THIS_PYTHON, "", installing=True))

    setup_env.set_up(checkout, None, dev=False)

    assert calls == ["clear", "install"]


def test_an_environment_of_another_python_starts_afresh(
    checkout: Path, venv: Venv, calls: list[str]
):
    venv.write(State((3, 10), ""))

    setup_env.set_up(checkout, None, dev=False)

    assert calls == ["clear", "install"]


def test_the_choice_of_torch_is_remembered(checkout: Path, calls: list[str]):
    setup_env.set_up(checkout, CPU, dev=False)
    calls.clear()

    setup_env.set_up(checkout, None, dev=True)

    assert calls == [f"install {CPU}"]


def test_another_torch_starts_afresh(checkout: Path, calls: list[str]):
    setup_env.set_up(checkout, None, dev=False)
    calls.clear()

    setup_env.set_up(checkout, CPU, dev=False)

    assert calls == ["clear", f"install {CPU}"]


def fail(_venv: Venv, _wanted: Wanted) -> None:
    raise SetupError("no network")


@pytest.mark.usefixtures("calls")
def test_a_failure_with_a_named_torch_says_how_to_forget_it(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(setup_env, "install", fail)

    with pytest.raises(SetupError, match=r"no network\nTORCH is .* TORCH= make setup"):
        setup_env.set_up(checkout, CPU, dev=False)


def test_a_failed_installation_is_mended_in_place(
    checkout: Path, calls: list[str], monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as broken:
        broken.setattr(setup_env, "install", fail)
        with pytest.raises(SetupError):
            setup_env.set_up(checkout, None, dev=False)
    calls.clear()

    setup_env.set_up(checkout, None, dev=False)

    assert calls == ["install"]
