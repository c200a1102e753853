from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import DeclarationError, UnknownNode
from engine.registry import BUILT_INS, Registry
from engine.spec import NodeSpec


def spec(name: str) -> NodeSpec:
    def function() -> None: ...

    return NodeSpec(name, function)


BLUR, SHARPEN = spec("Blur"), spec("Sharpen")


@pytest.fixture
def registry() -> Registry:
    return Registry([BLUR, SHARPEN])


def test_a_type_is_found_by_its_id(registry: Registry):
    assert registry["Blur"] is BLUR
    assert registry.get("Blur") is BLUR
    assert "Blur" in registry


def test_all_types_are_listed_in_order(registry: Registry):
    assert list(registry) == [BLUR, SHARPEN]
    assert len(registry) == 2
    assert list(registry.specs) == ["Blur", "Sharpen"]


def test_an_unknown_type_is_none_or_refused(registry: Registry):
    assert registry.get("Blurr") is None
    assert "Blurr" not in registry
    with pytest.raises(UnknownNode, match=r'no node type "Blurr"\. Similar: Blur\.'):
        registry["Blurr"]


def test_without_a_similar_type_none_is_named(registry: Registry):
    assert registry.near("Quantize") == ""


def test_a_second_node_of_one_id_is_refused(registry: Registry):
    with pytest.raises(DeclarationError, match=f'"Blur" of {__name__} is taken by {__name__}'):
        registry.add(spec("Blur"))


def test_the_same_node_may_be_added_again(registry: Registry):
    registry.add(BLUR)

    assert len(registry) == 2


def test_registries_do_not_share_nodes(registry: Registry):
    Registry().add(spec("Mix"))

    assert "Mix" not in registry


def package(home: Path, name: str, **modules: str) -> str:
    """Write a package whose modules have these texts."""
    folder = home / name
    folder.mkdir()
    (folder / "__init__.py").touch()
    for module, text in modules.items():
        (folder / f"{module}.py").write_text(text)
    return name


DECLARED = "from engine import node\n@node(category='toy')\ndef {}() -> int: ...\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def test_nodes_are_found_in_the_modules_of_packages(home: Path):
    first = package(home, "firstpack", a=DECLARED.format("one"), b=DECLARED.format("two"))
    second = package(home, "secondpack", a=DECLARED.format("three"))

    assert [each.id for each in Registry.of_packages(first, second)] == ["One", "Two", "Three"]


def test_imported_nodes_belong_to_where_they_were_declared(home: Path):
    name = package(home, "thirdpack", a=DECLARED.format("one"), b="from .a import one\n")

    assert [each.id for each in Registry.of_packages(name)] == ["One"]


def test_two_modules_with_one_id_are_refused(home: Path):
    name = package(home, "fourthpack", a=DECLARED.format("one"), b=DECLARED.format("one"))

    with pytest.raises(DeclarationError, match=r"fourthpack\.b is taken by fourthpack\.a"):
        Registry.of_packages(name)


def test_the_built_in_nodes_are_there():
    assert "KSampler" in Registry.of_packages(BUILT_INS)


class Packs:
    """A source that notes what is asked of it."""

    def __init__(self, *specs: NodeSpec) -> None:
        self.specs = {spec.id: spec for spec in specs}
        self.asked: list[str] = []

    def find(self, type_id: str) -> NodeSpec | None:
        self.asked.append(type_id)
        return self.specs.get(type_id)

    def all(self) -> list[NodeSpec]:
        self.asked.append("all")
        return list(self.specs.values())

    def known(self) -> list[str]:
        return list(self.specs)


MIX = spec("Mix")


@pytest.fixture
def packs() -> Packs:
    return Packs(MIX)


@pytest.fixture
def both(packs: Packs) -> Registry:
    return Registry([BLUR, SHARPEN], packs)


def test_a_type_of_a_pack_is_found(both: Registry):
    assert both["Mix"] is MIX
    assert both.get("Mix") is MIX
    assert "Mix" in both
    assert both.specs["Mix"] is MIX
    assert both.specs.get("Mix") is MIX


def test_packs_are_not_asked_for_what_is_there(both: Registry, packs: Packs):
    assert both["Blur"] is BLUR
    assert both.specs.get("Blur") is BLUR
    assert list(both.added) == [BLUR, SHARPEN]
    assert packs.asked == []


def test_a_listing_has_the_types_of_packs_behind(both: Registry):
    assert list(both) == [BLUR, SHARPEN, MIX]
    assert len(both) == 3
    assert list(both.specs) == ["Blur", "Sharpen", "Mix"]
    assert len(both.specs) == 3


def test_a_type_that_no_pack_has_is_refused(both: Registry):
    assert both.specs.get("Mx") is None
    with pytest.raises(UnknownNode, match=r'no node type "Mx"\. Similar: Mix\.'):
        both["Mx"]
    with pytest.raises(KeyError):
        both.specs["Mx"]
