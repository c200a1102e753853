"""What `engine.testing` gives to authors of nodes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from engine import Context, Image, Latent, NodeError, NodeResult, Unit, node
from engine.errors import DeclarationError, InvalidGraph, UnknownNode, WorkflowError
from engine.testing import Bench, Graph, Ref, latent, mask, picture
from engine.workflow import HOME


@node(category="toy", title="Darken")
def darken(image: Image, amount: Unit = 0.5) -> Image:
    return image * (1 - amount)


@node(category="toy", title="Join")
def join(images: list[Image]) -> list[Image]:
    return images[::-1]


@node(category="toy", title="Tell", output=True)
def tell(text: str, ctx: Context) -> NodeResult[str]:
    ctx.warn(f"heard {text}")
    return NodeResult((text,), ui={"text": [text]})


class Doubled:
    RETURN_TYPES = ("LATENT",)
    FUNCTION = "double"
    CATEGORY = "toy"

    @classmethod
    def INPUT_TYPES(cls) -> dict[str, Any]:
        return {"required": {"samples": ("LATENT",)}}

    def double(self, samples: dict[str, Any]) -> tuple[Any]:
        return ({"samples": samples["samples"] * 2},)


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    made = Bench(HOME)
    yield made
    made.engine.close()


def test_function_is_run_with_its_defaults(bench: Bench):
    [dark] = bench.run_node(darken, image=picture())

    assert torch.equal(dark, picture() * 0.5)


def test_type_is_found_by_its_id(bench: Bench):
    [inverted] = bench.run_node("ImageInvert", image=picture())

    assert torch.allclose(inverted, 1 - picture())


def test_comfyui_class_takes_our_values(bench: Bench):
    [doubled] = bench.run_node(Doubled, samples=latent())

    assert isinstance(doubled, Latent)
    assert torch.equal(doubled.samples, latent().samples * 2)


def test_whole_lists_go_in_and_out(bench: Bench):
    [images] = bench.run_node(join, images=[picture(seed=1), picture(seed=2)])

    assert [torch.equal(images[0], picture(seed=2)), len(images)] == [True, 2]


def test_what_was_shown_and_warned_is_told(bench: Bench):
    ran = bench.run_node(tell, text="hello")

    assert (list(ran), ran.ui["text"], ran.warnings) == (["hello"], ["hello"], ("heard hello",))


def test_each_run_calls_the_node_again(bench: Bench):
    calls: list[int] = []

    @node(category="toy", title="Counted")
    def counted(value: int = 0) -> int:
        calls.append(value)
        return value

    bench.run_node(counted)
    bench.run_node(counted)

    assert len(calls) == 2


def test_written_files_stay_out_of_the_installation(bench: Bench):
    [path] = bench.run_node("SaveImage", images=picture()).files

    assert path.exists()
    assert HOME not in path.parents


def test_failure_of_a_node_is_raised(bench: Bench):
    @node(category="toy", title="Broken")
    async def broken(value: int = 0) -> int:
        await asyncio.sleep(0)
        raise ValueError("no")

    with pytest.raises(NodeError, match="no"):
        bench.run_node(broken)


def test_wrong_input_is_refused_before_the_run(bench: Bench):
    with pytest.raises(InvalidGraph, match="amount"):
        bench.run_node(darken, image=picture(), amount=7)


def test_unknown_type_is_said(bench: Bench):
    with pytest.raises(UnknownNode, match="ImageInvrt"):
        bench.run_node("ImageInvrt")


def test_function_without_a_declaration_is_no_node(bench: Bench):
    with pytest.raises(DeclarationError, match="@node"):
        bench.run_node(lambda: None)


def test_graph_may_begin_with_a_workflow(bench: Bench):
    g = Graph.of("text_to_image.json", prompt="a red apple", steps=1)
    inverted = g.node("ImageInvert", image=g["images"])

    assert [each.size for each in bench.run(g, inverted=inverted).images] == [(128, 128)]


def test_graph_may_begin_with_a_prompt_of_comfyui(bench: Bench, tmp_path: Path):
    path = tmp_path / "a.json"
    values = {"width": 16, "height": 16, "batch_size": 1, "color": 0}
    path.write_text(json.dumps({"7": {"class_type": "EmptyImage", "inputs": values}}))

    g = Graph.of(path)
    inverted = g.node("ImageInvert", image=Ref("7"))

    assert [each.size for each in bench.run(g, inverted=inverted).images] == [(16, 16)]


def test_output_that_a_workflow_does_not_expose_is_refused():
    with pytest.raises(WorkflowError, match='Exposed: "images"'):
        Graph.of("text_to_image.json")["pictures"]


def test_taken_id_is_refused():
    g = Graph()
    g.node("EmptyImage", at="a")

    with pytest.raises(WorkflowError, match="taken by a EmptyImage"):
        g.node("EmptyImage", at="a")


def test_made_up_values_have_the_documented_shapes():
    shapes = [picture(40, 24, 2).shape, mask(40, 24, 2).shape, latent(5, 3, 2).samples.shape]

    assert shapes == [(2, 24, 40, 3), (2, 24, 40), (2, 4, 3, 5)]


def test_installation_of_the_working_directory_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from engine.testing import running

    (tmp_path / "custom_nodes").mkdir()
    monkeypatch.chdir(tmp_path)
    made = running.bench.__wrapped__()

    assert made.engine.folders.base == tmp_path
