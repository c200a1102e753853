from __future__ import annotations

import asyncio
import importlib
import sys
from importlib.machinery import PathFinder
from typing import Any

import pytest

from engine.comfy import finder
from engine.comfy.api import ComfyExtension, io
from engine.errors import DeclarationError, PackError
from engine.packs.v3 import extension_nodes, is_v3
from tests.packs.v3_toys import declare, given_back, spec_of


class Extension(ComfyExtension):
    """Lists one node, once it is loaded."""

    def __init__(self, nodes: Any = None) -> None:
        self.nodes = [declare(given_back)] if nodes is None else nodes
        self.steps: list[str] = []

    async def on_load(self) -> None:
        self.steps.append("load")

    async def get_node_list(self) -> Any:
        self.steps.append("list")
        return self.nodes


@pytest.mark.parametrize("is_async", [True, False])
def test_an_extension_is_loaded_and_lists_its_nodes(is_async: bool):
    extension = Extension()

    async def entrypoint() -> Extension:
        return extension

    found = extension_nodes(entrypoint if is_async else lambda: extension)

    assert [each.__name__ for each in found] == ["Toy"]
    assert extension.steps == ["load", "list"]


def test_an_extension_is_read_where_a_loop_runs_already():
    async def within() -> int:
        return len(extension_nodes(Extension))

    assert asyncio.run(within()) == 1


@pytest.mark.parametrize(
    ("extension", "said"),
    [
        (None, "comfy_entrypoint returned NoneType"),
        (Extension(5), "get_node_list returned int"),
        (Extension([int]), "get_node_list lists"),
    ],
)
def test_a_bad_answer_is_named(extension: Any, said: str):
    with pytest.raises(PackError, match=said):
        extension_nodes(lambda: extension)


def test_what_an_extension_raises_is_passed_on():
    def entrypoint() -> None:
        raise RuntimeError("no luck")

    with pytest.raises(RuntimeError, match="no luck"):
        extension_nodes(entrypoint)


def test_only_v3_classes_are_v3():
    assert is_v3(declare(given_back))
    assert not is_v3(int)
    assert not is_v3(5)


SLOT = io.DynamicSlot.Input("slot")
CHOICE = io.DynamicCombo.Input("b", options=[io.DynamicCombo.Option("c")])
NESTED = io.Autogrow.Input("a", template=io.Autogrow.TemplatePrefix(CHOICE, "b"))
TURNED = io.Autogrow.Input(
    "a", template=io.Autogrow.TemplatePrefix(io.Int.Input("b"), "b", min=5, max=3)
)
TWO = [io.Int.Input("a"), io.Int.Input("a")]


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ({"inputs": TWO}, 'several of its inputs and outputs have the id "a"'),
        ({"inputs": TWO[:1], "outputs": [io.Int.Output("a")]}, "have the id"),
        ({"inputs": ["a"]}, "its inputs list 'a'"),
        ({"outputs": [io.Int]}, "its outputs list"),
        ({"name": ""}, "its node_id is ''"),
        ({"inputs": [SLOT]}, "COMFY_DYNAMICSLOT_V3, which is not there"),
        ({"inputs": [io.Autogrow.Input("a")]}, "grows without a template"),
        ({"inputs": [NESTED]}, "items that are dynamic themselves"),
        ({"inputs": [io.DynamicCombo.Input("a", options=[])]}, "offers nothing to choose"),
        ({"inputs": [TURNED]}, "takes at least 5 and at most 3 items"),
        ({"hidden": ["OTHER"]}, "'OTHER' is not a valid Hidden"),
    ],
)
def test_a_bad_schema_is_named_with_its_place(declared: dict[str, Any], said: str):
    with pytest.raises(DeclarationError) as problem:
        spec_of(given_back, **declared)

    assert said in problem.value.message
    assert problem.value.details["file"].endswith("v3_toys.py")
    assert problem.value.details["line"] > 0


def test_a_schema_that_raises_is_named_with_the_line():
    def define_schema(cls: Any) -> io.Schema:
        return io.Schema("Toy", inputs=[io.NoSuchType.Input("a")])  # pyright: ignore

    with pytest.raises(DeclarationError, match=r"AttributeError: .*NoSuchType"):
        spec_of(given_back, more={"define_schema": define_schema})


@pytest.fixture
def _installed():
    finder.install()


@pytest.mark.usefixtures("_installed")
@pytest.mark.parametrize("version", ["latest", "v0_0_1", "v0_0_2"])
def test_packs_import_the_api_under_its_names(version: str):
    module = importlib.import_module(f"comfy_api.{version}")

    assert module.io is io
    assert module.ComfyExtension is ComfyExtension
    assert {"ui", "Input", "InputImpl", "Types", "ComfyAPI", "ComfyAPISync"} <= vars(module).keys()


@pytest.mark.usefixtures("_installed")
def test_the_module_that_the_documentation_names_is_there():
    assert importlib.import_module("comfy_api.latest._io").ComfyNode is io.ComfyNode


@pytest.mark.usefixtures("_installed")
def test_packs_import_blockers_and_graphs():
    graph = importlib.import_module("comfy_execution.graph")
    utils = importlib.import_module("comfy_execution.graph_utils")

    assert graph.ExecutionBlocker is importlib.import_module("engine.comfy.execution").Blocker
    assert utils.GraphBuilder().finalize() == {}


@pytest.mark.usefixtures("_installed")
def test_what_is_not_there_can_not_be_imported():
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("comfy_api.latest.nothing")


def test_installing_twice_is_installing_once():
    finder.install()
    finder.install()

    ours = [isinstance(each, finder._Finder) for each in sys.meta_path]
    assert ours.count(True) == 1
    assert ours.index(True) > sys.meta_path.index(PathFinder)


def test_an_installed_module_of_the_same_name_wins(tmp_path: Any, monkeypatch: pytest.MonkeyPatch):
    finder.install()
    (tmp_path / "comfy_api").mkdir()
    (tmp_path / "comfy_api" / "__init__.py").write_text("mine = True")
    for name in [name for name in sys.modules if name.partition(".")[0] == "comfy_api"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(tmp_path)

    assert importlib.import_module("comfy_api").mine is True
    del sys.modules["comfy_api"]
