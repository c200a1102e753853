"""A sampling node of a job goes on where it was: after a pause, a kill, a torn file."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import torch
from torch import Tensor

from engine.context import Cancellation, Context
from engine.diffusion.denoising import runs
from engine.document import Document
from engine.engine import Engine
from engine.errors import Interrupted, Paused
from engine.events import Event, Progress, Warned
from engine.memory import Memory
from engine.recordings import recording_of
from engine.registry import Registry
from engine.runtime import Runtime
from engine.shielding import shield
from engine.types import Latent, ModelHandle, Weights
from tests.fakes import toy
from tests.graphs import Graphs
from tests.mixture import ARRAYS, MODELS, NEGATIVE, POSITIVE, Mixture

TIMEOUT_S = 20
SAMPLERS = ("euler", "dpmpp_2m", "euler_ancestral", "dpmpp_2m_sde", "dpmpp_sde", "heun")


@dataclass
class World:
    """Engines that share a job's folder, and the network that they ask."""

    make_engine: Callable[..., Engine]
    registry: Registry
    recordings: Path
    denoiser: Mixture = field(default_factory=lambda: Mixture(MODELS["sd1"]))
    events: list[Event] = field(default_factory=list[Event])

    def run(self, document: Document, stop: Callable[[int], Any] = int, **how: Any) -> Any:
        """Run as a new process does that has the job's folder; `stop` hears of each evaluation."""
        engine = self.make_engine(**how)
        devices = SimpleNamespace(numerics=dict, dtypes={"model": "float32"})
        engine._runtime = Runtime(engine.folders, cast("Any", devices), Memory(0))
        cancellation = Cancellation()
        self.denoiser.calls = 0

        def heard(event: Event) -> None:
            self.events.append(event)
            if isinstance(event, Progress):
                match stop(self.denoiser.calls):
                    case "pause":
                        cancellation.pause()
                    case "cancel":
                        cancellation.cancel()
                    case _:
                        pass

        return engine.run(
            document, on_event=heard, cancellation=cancellation, recordings=self.recordings
        )

    @property
    def recording(self) -> Path:
        """The file of the one call of the node "sampler"."""
        return recording_of(self.recordings, "sampler", 0)

    @property
    def warnings(self) -> list[str]:
        """What people were told."""
        return [event.message for event in self.events if isinstance(event, Warned)]


@pytest.fixture
def world(
    make_engine: Callable[..., Engine],
    registry: Registry,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> World:
    """Return engines with the KSampler, whose every model is a mixture of Gaussians."""
    world = World(make_engine, registry, tmp_path / "job")
    handle = ModelHandle(Weights("checkpoints", "a.safetensors", "0", "model", "sd1"))
    registry.add(
        Registry.of_packages("nodes")["KSampler"],
        toy("Model", lambda: handle),
        toy("Positive", lambda: POSITIVE),
        toy("Negative", lambda: NEGATIVE),
        toy("Latent", lambda: Latent(torch.zeros(1, 4, 8, 8))),
        toy("Latents", lambda: [Latent(ARRAYS["latent"][:1])] * 2, ["list:LATENT"]),
    )
    loader = SimpleNamespace(
        load_model=lambda handle, runtime: world.denoiser,
        load_preview_map=lambda handle, runtime: lambda samples: samples.movedim(1, -1)[..., :3],
    )
    monkeypatch.setattr(runs, "weights", loader)
    return world


def document_of(sampler: str = "euler", latent: str = "Latent", **values: Any) -> Document:
    g = Graphs()
    chosen = {"seed": 7, "steps": 3, "cfg": 2.0, "denoise": 0.6, "scheduler": "karras", **values}
    made = g.node(
        "KSampler",
        at="sampler",
        model=g.node("Model"),
        positive=g.node("Positive"),
        negative=g.node("Negative"),
        latent_image=g.node(latent),
        sampler_name=sampler,
        **chosen,
    )
    return g.document(latent=made)


def samples_of(report: Any) -> Tensor:
    assert report.error is None
    return torch.cat([latent.samples for latent in report.outputs["latent"]])


def uninterrupted(world: World, document: Document) -> tuple[Tensor, int]:
    """Return what a run without recordings gives, and how often it asks the network."""
    kept, world.recordings = world.recordings, cast("Any", None)
    samples = samples_of(world.run(document))
    world.recordings = kept
    return samples, world.denoiser.calls


@pytest.mark.parametrize("how", ["pause", "cancel"])
@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_run_stopped_at_any_evaluation_goes_on_with_the_rest(
    world: World, sampler: str, how: str
):
    document = document_of(sampler)
    samples, evaluations = uninterrupted(world, document)

    for last in range(1, evaluations):
        stopped = world.run(document, lambda calls, last=last: how if calls == last else "")
        asked = world.denoiser.calls
        resumed = samples_of(world.run(document))

        assert isinstance(stopped.error, Paused if how == "pause" else Interrupted)
        assert asked == last
        assert world.denoiser.calls == evaluations - last
        assert torch.equal(resumed, samples)
        world.recording.unlink()
    assert evaluations >= 3
    assert world.warnings == []


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_run_killed_at_any_evaluation_goes_on_with_the_rest(world: World, sampler: str):
    document = document_of(sampler)
    contents: dict[int, bytes] = {}

    def keep(calls: int) -> None:
        contents[calls] = world.recording.read_bytes()

    samples = samples_of(world.run(document, keep))
    evaluations = world.denoiser.calls

    assert sorted(contents) == list(range(1, evaluations + 1))
    for last, content in contents.items():
        world.recording.write_bytes(content)
        assert torch.equal(samples_of(world.run(document)), samples)
        assert world.denoiser.calls == evaluations - last


def test_a_torn_answer_is_asked_again(world: World):
    document = document_of()
    samples, evaluations = uninterrupted(world, document)
    world.run(document, lambda calls: "pause" if calls == 2 else "")
    world.recording.write_bytes(world.recording.read_bytes()[:-3])

    resumed = samples_of(world.run(document))

    assert torch.equal(resumed, samples)
    assert world.denoiser.calls == evaluations - 1


def test_each_call_of_a_mapped_node_has_its_own_recording(world: World):
    document = document_of(latent="Latents")
    samples, evaluations = uninterrupted(world, document)

    for last in range(1, evaluations):
        world.run(document, lambda calls, last=last: "pause" if calls == last else "")
        asked = world.denoiser.calls
        resumed = samples_of(world.run(document))

        assert torch.equal(resumed, samples)
        assert world.denoiser.calls == evaluations - asked
        for path in world.recordings.iterdir():
            path.unlink()
    assert len(samples) == 2


def test_a_changed_document_starts_again_and_says_why(world: World):
    world.run(document_of(seed=7), lambda calls: "pause" if calls == 2 else "")
    other = document_of(seed=8)
    samples, evaluations = uninterrupted(world, other)

    resumed = samples_of(world.run(other))

    assert torch.equal(resumed, samples)
    assert world.denoiser.calls == evaluations
    assert world.warnings == [
        "Sampling starts again and does not go on where it was: "
        "the workflow, a file or a setting has changed since."
    ]


def test_a_network_that_remembers_is_not_recorded(world: World):
    world.denoiser.remembers = True

    world.run(document_of())

    assert not world.recordings.exists()


def test_a_node_whose_result_cannot_be_kept_is_not_recorded(world: World):
    latent = Latent(torch.zeros(1, 4, 8, 8))
    world.registry.add(toy("Never", lambda: latent, fingerprint=lambda: float("nan")))

    world.run(document_of(latent="Never"))

    assert not world.recordings.exists()


@pytest.mark.parametrize("disk_bytes", [0, 10**6])
def test_a_recording_is_removed_when_the_result_is_on_disk(
    world: World, disk_bytes: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("engine.cache.OPEN_S", 0)

    world.run(document_of(), cache_disk_bytes=disk_bytes)

    assert world.recording.exists() == (disk_bytes == 0)


def test_a_node_that_begins_anew_records_anew(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shield, "COPIED_BYTES", 0)
    monkeypatch.setattr(shield, "COPIED_PICTURE_BYTES", 0)
    is_reading, is_changed = threading.Event(), threading.Event()
    found: list[bool] = []

    def change(value: Tensor) -> None:
        is_reading.wait(TIMEOUT_S)
        value.add_(1)
        is_changed.set()

    def read(value: Tensor, ctx: Context) -> None:
        record = ctx.record_at()
        assert record is not None
        found.append(record.path.exists())
        record.path.parent.mkdir(exist_ok=True)
        record.path.write_text("made from the changed value")
        is_reading.set()
        is_changed.wait(TIMEOUT_S)

    world.registry.add(
        toy("Make", lambda: torch.zeros(2)),
        toy("Change", change, source="rough", lane="cpu", is_output=True),
        toy("Read", read, lane="io", is_output=True, hidden={"ctx": "context"}),
    )
    g = Graphs()
    made = g.node("Make")
    g.node("Change", value=made)
    g.node("Read", value=made)

    report = world.run(g.document())

    assert report.error is None
    assert found == [False, False]


def test_a_folder_that_takes_nothing_stops_no_run(world: World):
    world.recordings.write_text("a file stands where the folder should be")

    report = world.run(document_of())

    assert report.error is None
    assert world.warnings == [
        "Sampling would start again after a pause, as it can not be recorded: File exists."
    ]
