"""The examples of `custom_nodes/README.md`, as a reader would try them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from types import ModuleType

import pytest

from engine.testing import Bench, running
from engine.workflow import HOME

PAGE = (HOME / "custom_nodes" / "README.md").read_text(encoding="utf-8")
#: file name -> text, for every example that begins with its file's name
FILES = dict(re.findall(r"```python\n# (\w+\.py)\n(.*?)```", PAGE, re.DOTALL))
TESTS = [name for name in FILES if name.startswith("test_")]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """Return a bench in an installation that has the page's packs and our models."""
    base = tmp_path_factory.mktemp("installation")
    (base / "custom_nodes").mkdir()
    (base / "models").symlink_to(HOME / "models", target_is_directory=True)
    for name, text in FILES.items():
        if name not in TESTS:
            (base / "custom_nodes" / name).write_text(text, encoding="utf-8")
    made = Bench(base)
    yield made
    made.engine.close()


def functions_of(name: str) -> dict[str, Callable[[], None]]:
    """Return the test functions of an example."""
    module = ModuleType(name)
    exec(compile(FILES[name], name, "exec"), vars(module))
    return {key: each for key, each in vars(module).items() if key.startswith("test_")}


@pytest.mark.parametrize("name", TESTS)
def test_example_of_the_contract_page_holds(
    name: str, bench: Bench, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(running, "bench", lambda: bench)

    for test in functions_of(name).values():
        test()


def test_page_shows_packs_and_their_tests():
    assert {"fade.py", "outputs.py", "facts.py", "classes.py", "extension.py"} <= FILES.keys()
    assert len(TESTS) == 4


def test_every_example_pack_is_read_without_a_problem(bench: Bench):
    shelf = bench.engine.packs
    assert shelf is not None
    packs = {each.name: each for each in shelf.packs()}

    assert {name.removesuffix(".py") for name in FILES if name not in TESTS} == packs.keys()
    assert [each.problems for each in packs.values() if each.problems] == []
