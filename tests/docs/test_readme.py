from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = ["README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/running.md"]


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def blocks_of_python() -> list[str]:
    return re.findall(r"```python\n(.*?)```", page("README.md"), flags=re.DOTALL)


def test_the_readmes_node_is_a_node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from engine.registry import Registry

    (source,) = (block for block in blocks_of_python() if "@node" in block)
    package = tmp_path / "readme_nodes"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "fade.py").write_text(source, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)

    (spec,) = Registry.of_packages("readme_nodes")

    assert (spec.id, spec.title) == ("FadeImage", "Fade Image")
    assert [each.type for each in spec.inputs] == ["IMAGE", "FLOAT"]


def test_the_readme_names_the_pinned_torch():
    (pin,) = re.findall(r"^torch==\S+$", page("constraints.txt"), flags=re.MULTILINE)

    assert set(re.findall(r"torch==[\d.]+", page("README.md"))) == {pin}


@pytest.mark.parametrize("name", PAGES)
def test_every_make_target_that_is_named_exists(name: str):
    targets = set(re.findall(r"^(\w+):", page("Makefile"), flags=re.MULTILINE))

    assert set(re.findall(r"(?:^    |`)make (\w+)", page(name), flags=re.MULTILINE)) <= targets


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_to_a_file(name: str):
    here = (ROOT / name).parent
    links = re.findall(r"\]\((?!http)([^)#]+)\)", page(name))

    assert [link for link in links if not (here / link).exists()] == []
