"""What is submitted: pictures of the built-in model, and jobs that only count."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, replace
from functools import cache
from random import Random
from typing import Any, Literal

from engine.widgets import SEED_MAX
from tests.chaos.server import HOME

WORKFLOW = "text_to_image"
#: Each asks the network once a step.
SAMPLERS = ("euler", "euler_ancestral", "dpmpp_2m", "dpmpp_2m_sde")
JOBS = "/api/v1/jobs"


@dataclass(frozen=True)
class Picture:
    """The values that make a job's pictures."""

    seed: int
    steps: int
    size: int
    count: int
    sampler: str
    cfg: float = 4.0

    @property
    def values(self) -> dict[str, Any]:
        """Return them by the names that the workflow exposes."""
        return {
            "seed": self.seed,
            "steps": self.steps,
            "width": self.size,
            "height": self.size,
            "batch_size": self.count,
            "sampler": self.sampler,
            "cfg": self.cfg,
        }


@dataclass(frozen=True)
class Number:
    """The number that a job shows."""

    value: int


#: What one job is to give.
Wanted = Picture | Number


@dataclass(frozen=True)
class Work:
    """One submission.

    Attributes:
        key: its idempotency key; of ComfyUI's API, the id that the client gives its prompt.
        wanted: what each of its jobs is to give.
        body: what is posted.
    """

    key: str
    api: Literal["native", "comfyui"]
    wanted: tuple[Wanted, ...]
    body: dict[str, Any]

    @property
    def path(self) -> str:
        """Return where it is posted."""
        return JOBS if self.api == "native" else "/prompt"

    def ids_in(self, answer: dict[str, Any]) -> list[str]:
        """Return the jobs that an answer acknowledges."""
        if self.api == "comfyui":
            return [answer["prompt_id"]]
        return [each["id"] for each in answer["jobs"]]


def number(random: Random) -> Work:
    """Return a job that shows a number."""
    wanted = Number(random.randrange(10**9))
    body = {"document": counting(wanted.value)}
    return _native(random, (wanted,), body)


def numbers(random: Random) -> Work:
    """Return a batch of jobs that each show a number."""
    wanted = tuple(Number(random.randrange(10**9)) for _ in range(random.randint(2, 12)))
    sets = [{"1.value": each.value} for each in wanted]
    return _native(random, wanted, {"document": counting(0), "batch": {"sets": sets}})


def prompt(random: Random) -> Work:
    """Return a number as ComfyUI's clients send it."""
    wanted = Number(random.randrange(10**9))
    return _comfyui(random, wanted, counting(wanted.value))


def picture(random: Random) -> Work:
    """Return a job of a few pictures."""
    wanted = a_picture(random)
    return _native(random, (wanted,), {"workflow": WORKFLOW, "values": wanted.values})


def many_pictures(random: Random) -> Work:
    """Return a job that is done soon and saves many pictures."""
    wanted = replace(a_picture(random), count=random.randint(8, 12), size=32, steps=3)
    return _native(random, (wanted,), {"workflow": WORKFLOW, "values": wanted.values})


def seeds(random: Random) -> Work:
    """Return a batch of consecutive seeds."""
    first = replace(a_picture(random), steps=4, count=2)
    count = random.randint(2, 3)
    wanted = tuple(replace(first, seed=first.seed + place) for place in range(count))
    batch = {"seeds": {"count": count, "start": first.seed}}
    body = {"workflow": WORKFLOW, "values": first.values, "batch": batch}
    return _native(random, wanted, body)


def grid(random: Random) -> Work:
    """Return a batch of every combination of two values."""
    first = replace(a_picture(random), steps=4, count=1, size=32)
    chosen = {"seed": [first.seed, first.seed + 1], "cfg": [2.0, 6.0]}
    wanted = tuple(
        replace(first, seed=seed, cfg=cfg) for seed in chosen["seed"] for cfg in chosen["cfg"]
    )
    body = {"workflow": WORKFLOW, "values": first.values, "batch": {"grid": chosen}}
    return _native(random, wanted, body)


def picture_prompt(random: Random) -> Work:
    """Return a job of a few pictures as ComfyUI's clients send it."""
    wanted = a_picture(random)
    return _comfyui(random, wanted, _as_prompt(wanted))


def a_picture(random: Random) -> Picture:
    """Draw values; the same ones hardly come again."""
    return Picture(
        seed=random.randrange(SEED_MAX - 100),
        steps=random.randint(6, 14),
        size=random.choice((32, 64)),
        count=random.randint(2, 4),
        sampler=random.choice(SAMPLERS),
    )


def counting(value: int) -> dict[str, Any]:
    """Return a prompt that shows a number."""
    return {
        "1": {"class_type": "PrimitiveInt", "inputs": {"value": value}},
        "2": {"class_type": "PreviewAny", "inputs": {"source": ["1", 0]}},
    }


def _native(random: Random, wanted: tuple[Wanted, ...], body: dict[str, Any]) -> Work:
    key = _id(random)
    return Work(key, "native", wanted, {**body, "key": key})


def _comfyui(random: Random, wanted: Wanted, nodes: dict[str, Any]) -> Work:
    key = _id(random)
    return Work(key, "comfyui", (wanted,), {"prompt": nodes, "prompt_id": key})


def _id(random: Random) -> str:
    return str(uuid.UUID(int=random.getrandbits(128), version=4))


def _as_prompt(wanted: Picture) -> dict[str, Any]:
    """Return the bundled workflow with these values as ComfyUI's API has it."""
    workflow = _workflow()
    nodes = {
        name: {
            "class_type": node["type"],
            "inputs": dict(node.get("values", {}))
            | {socket: link[:2] for socket, link in node.get("links", {}).items()},
        }
        for name, node in workflow["nodes"].items()
    }
    targets = {each["name"]: each["targets"] for each in workflow["inputs"]}
    for name, value in wanted.values.items():
        for node, socket in targets[name]:
            nodes[node]["inputs"][socket] = value
    return nodes


@cache
def _workflow() -> dict[str, Any]:
    return json.loads((HOME / "workflows" / f"{WORKFLOW}.json").read_text(encoding="utf-8"))
