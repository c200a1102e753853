"""Prompts that are like one that came before: known without being read, and never taken wrongly."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.paths import Folders
from engine.registry import Registry
from engine.server.comfyui import checking, seen
from engine.server.comfyui.checking import Checked, Refused
from engine.server.comfyui.seen import SeenPrompts
from engine.users import DEFAULT_USER, User
from tests.compat.conftest import Comfy, chain

BUILT_INS = Registry.of_packages("nodes")
Prompt = dict[str, Any]


@dataclass
class World:
    """What reading a prompt needs, and the memory."""

    folders: Folders
    seen: SeenPrompts
    user: User

    def read(self, prompt: Prompt) -> Checked | None:
        """Return what is found out about a prompt that was never seen, or None if it is refused."""
        try:
            return asyncio.run(self._read(raw(prompt)))
        except Refused:
            return None

    async def _read(self, sent: bytes) -> Checked:
        services: Any = SimpleNamespace(built_ins=BUILT_INS, folders=self.folders)
        read = await checking.read(services, self.user, sent)
        return await checking.checked(services, self.user, read, None)

    def keep(self, prompt: Prompt) -> None:
        """Read a prompt and keep what was found out."""
        found = self.read(prompt)
        assert found is not None
        self.seen.keep(raw(prompt), found, self.folders.of(self.user.name))

    def find(self, prompt: Prompt) -> Checked | None:
        """Return what is known of a prompt."""
        return self.seen.find(raw(prompt), self.folders.of(self.user.name))


def raw(prompt: Prompt) -> bytes:
    return json.dumps(prompt).encode()


@pytest.fixture(scope="module")
def folders() -> Iterator[Folders]:
    with TemporaryDirectory() as base:
        found = Folders.at(Path(base))
        for name in ("a.safetensors", "below/b.safetensors"):
            path = found.base / "models" / "checkpoints" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        yield found


@pytest.fixture
def world(folders: Folders) -> World:
    return World(folders, SeenPrompts(BUILT_INS), User(name=DEFAULT_USER))


def number(value: Any, **shown: Any) -> Prompt:
    return {
        "1": {"class_type": "PrimitiveInt", "inputs": {"value": value}},
        "2": {"class_type": "PreviewAny", "inputs": {"source": ["1", 0], **shown}},
    }


def painted(
    ckpt_name: Any = "a.safetensors", steps: Any = 20, cfg: Any = 8, text: Any = "a", **more: Any
) -> Prompt:
    """Return a prompt that makes a picture, as the editor sends it."""
    links = {
        "model": ["4", 0],
        "positive": ["6", 0],
        "negative": ["6", 0],
        "latent_image": ["5", 0],
    }
    sampled = {"steps": steps, "cfg": cfg, "sampler_name": "euler", "scheduler": "normal"}
    nodes: dict[str, tuple[str, dict[str, Any]]] = {
        "3:1": ("KSampler", {"seed": 7, "denoise": 1, **sampled, **links, **more}),
        "4": ("CheckpointLoaderSimple", {"ckpt_name": ckpt_name}),
        "5": ("EmptyLatentImage", {"width": 512, "height": 512, "batch_size": 1}),
        "6": ("CLIPTextEncode", {"text": text, "clip": ["4", 1]}),
        "8": ("VAEDecode", {"samples": ["3:1", 0], "vae": ["4", 2]}),
        "9": ("SaveImage", {"filename_prefix": "made", "images": ["8", 0]}),
    }
    return {
        key: {"class_type": kind, "inputs": inputs, "_meta": {"title": f"The {kind}"}}
        for key, (kind, inputs) in nodes.items()
    }


VALUES = st.one_of(
    st.integers(-(2**65), 2**65),
    st.integers(0, 30),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.none(),
    st.text(max_size=4),
    st.sampled_from(
        ["20", "7.5", " 3", "a.safetensors", "b.safetensors", "below/b.safetensors", "euler"]
    ),
    st.lists(st.sampled_from(["4", 0, 1.0, True]), max_size=3),
    st.just({"__value__": 3}),
)
NAMES = st.sampled_from(["ckpt_name", "steps", "cfg", "text", "seed", "sampler_name", "unknown"])


@settings(max_examples=150)
@given(changes=st.dictionaries(NAMES, VALUES, max_size=3))
def test_what_is_known_is_what_reading_finds(folders: Folders, changes: dict[str, Any]):
    world = World(folders, SeenPrompts(BUILT_INS), User(name=DEFAULT_USER))
    world.keep(painted())

    known = world.find(painted(**changes))

    assert known in (None, world.read(painted(**changes)))


@settings(max_examples=100)
@given(value=VALUES)
def test_what_is_known_of_the_same_bytes_is_what_reading_finds(folders: Folders, value: Any):
    world = World(folders, SeenPrompts(BUILT_INS), User(name=DEFAULT_USER))
    world.keep(number(1))

    known = [world.find(number(value)) for _ in range(2)]

    assert all(each in (None, world.read(number(value))) for each in known)


@pytest.mark.parametrize("changes", [{"steps": 21}, {"cfg": 7.5, "text": "b"}, {"seed": 2**50}, {}])
def test_another_value_makes_no_other_prompt(world: World, changes: dict[str, Any]):
    world.keep(painted())

    known = world.find(painted(**changes))

    assert known == world.read(painted(**changes))
    assert known is not None


@pytest.mark.parametrize(
    "changes",
    [
        {"steps": "21"},  # becomes a number
        {"seed": 2**60},  # becomes text
        {"steps": 0},
        {"steps": None},
        {"cfg": [1, 2]},
        {"text": ["4", 1]},
        {"ckpt_name": "b.safetensors"},  # lies elsewhere
        {"ckpt_name": "none.safetensors"},
        {"more": 1},
    ],
)
def test_other_prompts_are_not_known(world: World, changes: dict[str, Any]):
    world.keep(painted())

    assert world.find(painted(**changes)) is None


def test_a_title_or_a_further_key_is_another_form(world: World):
    world.keep(number(1))
    titled, noted = number(1), number(1)
    titled["1"]["_meta"] = {"title": "One"}
    noted["1"]["note"] = "mine"

    assert world.find(number(2)) is not None
    assert world.find(titled) is None
    assert world.find(noted) is None


def test_a_file_that_has_gone_is_missed(tmp_path: Path):
    folders = Folders.at(tmp_path)
    file = tmp_path / "models" / "checkpoints" / "a.safetensors"
    file.parent.mkdir(parents=True)
    file.touch()
    world = World(folders, SeenPrompts(BUILT_INS), User(name=DEFAULT_USER))
    world.keep(painted())
    assert world.find(painted()) is not None

    file.unlink()

    assert world.find(painted()) is None


def test_a_file_of_another_user_is_none(tmp_path: Path):
    folders = Folders.at(tmp_path)
    picture = folders.of("ada").input / "mine.png"
    picture.parent.mkdir(parents=True)
    picture.touch()
    ada = World(folders, SeenPrompts(BUILT_INS), User(name="ada"))
    prompt = {
        "1": {"class_type": "LoadImage", "inputs": {"image": "mine.png"}},
        "2": {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}},
    }
    ada.keep(prompt)

    assert ada.find(prompt) is not None
    assert replace(ada, user=User(name="bob")).find(prompt) is None


def test_the_prompts_that_came_last_are_kept(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(seen, "MOST", 2)
    titles = "abc"
    for title in titles:
        world.keep(titled(title))

    assert [world.find(titled(title)) is not None for title in titles] == [False, True, True]


def titled(title: str) -> Prompt:
    prompt = number(1)
    prompt["1"]["_meta"] = {"title": title}
    return prompt


def test_a_long_prompt_is_not_kept(world: World):
    long = number(1)
    long["1"]["_meta"] = {"title": "a" * seen.MOST_BYTES}
    world.keep(long)

    assert world.find(long) is None


def test_prompts_of_one_form_run_each_with_its_own_values(comfy: Comfy):
    prompts = [chain(value) for value in (1, 2, 2)]

    entries = [comfy.entry(comfy.run(prompt)[0]) for prompt in prompts]

    assert [each["outputs"]["show"]["text"] for each in entries] == [["1"], ["2"], ["2"]]
    assert [each["prompt"][2] for each in entries] == prompts


def test_of_a_known_prompt_the_outputs_that_are_asked_for_run(comfy: Comfy):
    prompt = {**chain(1), "other": {"class_type": "Show", "inputs": {"value": ["1", 0]}}}
    comfy.run(prompt)

    entry = comfy.entry(comfy.run(prompt, partial_execution_targets=["other"])[0])

    assert list(entry["outputs"]) == ["other"]
