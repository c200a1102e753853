from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from engine.config import load_config
from engine.document import Document, write_document
from engine.engine import Engine
from engine.errors import BadRequest, PackError
from engine.paths import Folders
from engine.worker.desk import Desk
from engine.worker.messages import Answer, Ask
from engine.worker.questions import answer
from tests.graphs import Graphs
from tests.tiny_models import WIDTH, checkpoint_path, tiny_model, write_single_file

Question = Callable[..., Any]

PACK = """
from engine import node

@node(category="toy", title="Toy", lane="inline", output=True)
def toy(value: int = 1) -> int:
    \"\"\"Give a number.\"\"\"
    return value
"""
HANGS = """
import time

class Hangs:
    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"value": ("INT", {"default": 1})}}

    @classmethod
    def VALIDATE_INPUTS(cls, value):
        time.sleep(3)
        return True

    RETURN_TYPES, FUNCTION, CATEGORY, OUTPUT_NODE = (), "run", "toy", True

    def run(self, value):
        return ()

NODE_CLASS_MAPPINGS = {"Hangs": Hangs}
"""
LIVE = """
class Live:
    @classmethod
    def INPUT_TYPES(cls):
        raise RuntimeError("the list can not be made")

    RETURN_TYPES, FUNCTION, CATEGORY = (), "run", "toy"

    def run(self):
        return ()

NODE_CLASS_MAPPINGS = {"Live": Live}
"""


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """Return an engine with the built-in nodes and a pack, "some-pack"."""
    (tmp_path / "custom_nodes").mkdir()
    (tmp_path / "custom_nodes" / "some-pack.py").write_text(PACK)
    engine = Engine.with_built_ins(Folders.at(tmp_path))
    yield engine
    engine.close()


@pytest.fixture
def ask(engine: Engine) -> Question:
    """Return what asks a question and reads its answer."""

    def ask(what: str, **given: Any) -> Any:
        return json.loads(answer(engine, what, given))

    return ask


def document(kind: str = "Toy", **values: Any) -> Document:
    g = Graphs()
    g.node(kind, at="it", **values)
    return g.document()


def test_validation_knows_the_nodes_of_packs(ask: Question):
    assert ask("validate", document=write_document(document("Toy", value=3))) == []


def test_validation_returns_every_problem(ask: Question):
    problems = ask("validate", document=write_document(document("Toy", value="x")), targets=["it"])

    assert [(each["kind"], each["node"], each["input"]) for each in problems] == [
        ("bad_value", "it", "value")
    ]


def test_import_returns_document_and_report(ask: Question):
    prompt = {"1": {"class_type": "Toy", "inputs": {"value": 5}}}

    found = ask("import", data=json.dumps(prompt).encode(), name="toy.json", owner="default")

    assert found["document"]["nodes"]["1"]["values"] == {"value": 5}
    assert found["report"]["format"] == "comfyui-api"
    assert found["text"].startswith("Read a ComfyUI API prompt")


@pytest.mark.parametrize(("form", "key"), [("comfyui-api", "it"), ("comfyui-ui", "nodes")])
def test_export_returns_what_comfyui_reads(ask: Question, form: str, key: str):
    found = ask("export", document=write_document(document()), format=form)

    assert key in found["data"]


def test_export_to_an_unknown_format_is_refused(ask: Question):
    with pytest.raises(BadRequest, match="comfyui-api"):
        ask("export", document=write_document(document()), format="xml")


def test_declarations_are_those_of_packs_or_of_the_named_types(ask: Question):
    assert list(ask("declarations")) == ["Toy"]
    assert list(ask("declarations", types=["PreviewAny", "Nope"])) == ["PreviewAny"]


def test_specs_are_those_of_packs_or_of_the_named_types(ask: Question):
    assert [(each["id"], each["pack"]) for each in ask("specs")] == [("Toy", "some-pack")]
    assert [each["id"] for each in ask("specs", types=["PreviewAny"], owner="ada")] == [
        "PreviewAny"
    ]


def test_packs_are_listed(ask: Question):
    (pack,) = ask("packs")

    assert (pack["name"], pack["state"], pack["nodes"]) == ("some-pack", "ok", ["Toy"])


def test_disabled_pack_is_gone_until_it_is_enabled(ask: Question, engine: Engine):
    ask("disable", name="some-pack")
    disabled = ask("packs")[0]["state"], engine.registry.get("Toy")
    ask("enable", name="some-pack")

    assert disabled == ("disabled", None)
    assert load_config(engine.folders.base).disabled_packs == []
    assert engine.registry.get("Toy") is not None


def test_pack_that_is_not_there_can_not_be_disabled(ask: Question):
    with pytest.raises(PackError, match="Similar: some-pack"):
        ask("disable", name="sum-pack")


def test_reloaded_pack_gives_what_its_files_say_now(ask: Question, engine: Engine, tmp_path: Path):
    before = engine.registry["Toy"].inputs[0].has_default
    (tmp_path / "custom_nodes" / "some-pack.py").write_text(PACK.replace("int = 1", "int"))
    ask("reload", name="some-pack")

    assert before
    assert not engine.registry["Toy"].inputs[0].has_default


def test_tokens_have_weights_and_chunks(ask: Question):
    found = ask("tokenise", text="a (red:1.5) apple")

    (chunk,) = found["chunks"]
    assert [(each["text"], each["weight"]) for each in chunk] == [
        ("<|startoftext|>", 1.0),
        ("a", 1.0),
        ("red", 1.5),
        ("apple", 1.0),
        ("<|endoftext|>", 1.0),
    ]


def test_long_prompt_has_several_chunks(ask: Question):
    found = ask("tokenise", text="apple " * 100)

    assert [len(chunk) for chunk in found["chunks"]] == [77, 27]


def test_embedding_that_is_not_there_is_named(ask: Question):
    found = ask("tokenise", text="a embedding:cat, dog")

    assert found["embeddings"] == [
        {
            "name": "cat",
            "vectors": 0,
            "problem": 'There is no embedding "cat", so it is read as text.',
        }
    ]


def test_embedding_takes_a_place_for_each_vector(ask: Question, tmp_path: Path):
    folder = tmp_path / "models" / "embeddings"
    folder.mkdir(parents=True)
    save_file({"emb_params": torch.zeros(3, WIDTH)}, folder / "cat.safetensors")
    write_single_file(tiny_model(), checkpoint_path(tmp_path, "tiny.safetensors"))

    found = ask("tokenise", text="a (embedding:cat:1.2) dog", checkpoint="tiny.safetensors")

    (chunk,) = found["chunks"]
    assert found["embeddings"] == [{"name": "cat", "vectors": 3, "problem": ""}]
    assert [each["weight"] for each in chunk if each["is_embedding"]] == [1.2] * 3


def test_device_is_named_with_its_memory(ask: Question):
    found = ask("device")

    assert found["kind"] in ("cpu", "cuda", "mps")
    assert 0 < found["free_bytes"] <= found["total_bytes"]
    assert found["libraries"]["torch"]


def test_unknown_question_is_refused_with_those_that_there_are(ask: Question):
    with pytest.raises(BadRequest, match='"validate"'):
        ask("nonsense")


def test_check_of_a_pack_that_hangs_is_named(engine: Engine, tmp_path: Path):
    (tmp_path / "custom_nodes" / "sleepy.py").write_text(HANGS)
    assert engine.registry.get("Hangs")
    answers: SimpleQueue[Answer] = SimpleQueue()
    desk = Desk(lambda ask: answer(engine, ask.what, ask.given), answers.put)
    desk.ask(Ask(1, "validate", {"document": write_document(document("Hangs"))}, 0.3))

    error = answers.get(timeout=20).error
    assert error is not None
    assert 'pack "sleepy" (sleepy.py:11, in VALIDATE_INPUTS)' in error["message"]


def test_node_whose_declaration_fails_does_not_hide_the_others(ask: Question, tmp_path: Path):
    (tmp_path / "custom_nodes" / "live.py").write_text(LIVE)

    assert "Toy" in ask("declarations")
