"""The checks of the crash test find what they look for."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from PIL import Image

from engine.diffusion.denoising.recording import FRAME
from engine.jobs.events import JobChanged, Numbered
from engine.jobs.job import Job, State
from engine.paths import Folders
from engine.recordings import recording_of, recordings_of_job
from tests.chaos import checks, work
from tests.chaos.disk import Name, Stored, answers_recorded, parts
from tests.chaos.landing import Scene, landing
from tests.chaos.notes import Notes
from tests.chaos.work import Number, Picture

WORKER = 4_000_001
PICTURE = Picture(seed=1, steps=4, size=32, count=1, sampler="euler")


def job(job_id: str = "a", state: State = "succeeded", **fields: Any) -> Job:
    return Job(id=job_id, owner="default", document="d", created=0.0, state=state, **fields)


def saved(job_id: str, *names: str) -> Job:
    images = [{"filename": name, "subfolder": "", "type": "output"} for name in names]
    return job(job_id, ui={"7": {"images": images}})


def told(job_id: str, *states: State, time: float = 0.0) -> list[Numbered]:
    return [
        Numbered(seq=seq, job=job_id, owner="default", time=time, event=JobChanged(state))
        for seq, state in enumerate(states)
    ]


def stored(*jobs: Job, names: tuple[Name, ...] = ()) -> Stored:
    return Stored({each.id: each for each in jobs}, [], list(names), [], [])


def by_id(*jobs: Job) -> dict[str, Job]:
    return {each.id: each for each in jobs}


@pytest.fixture
def batch() -> work.Work:
    """Return a submission of several jobs."""
    return work.numbers(Random(1))


@pytest.fixture
def notes(batch: work.Work) -> Notes:
    """Return the notes of a client that sent it and heard nothing."""
    notes = Notes()
    notes.send(batch)
    return notes


def jobs_of(batch: work.Work) -> list[Job]:
    return [job(f"job {place}", key=batch.key) for place in range(len(batch.wanted))]


# --- what was asked for


def test_submission_that_is_there_whole_or_not_at_all_is_fine(notes: Notes, batch: work.Work):
    whole = by_id(*jobs_of(batch))

    assert list(checks.nothing_is_lost(notes, {})) == []
    assert list(checks.nothing_is_lost(notes, whole)) == []


def test_half_a_batch_is_found(notes: Notes, batch: work.Work):
    half = by_id(*jobs_of(batch)[1:])

    (found,) = checks.nothing_is_lost(notes, half)

    assert found == f"{len(half)} of {len(half) + 1} jobs of {batch.key} are there"


def test_missing_job_is_found(notes: Notes, batch: work.Work):
    jobs = jobs_of(batch)
    notes.took(batch, [each.id for each in jobs])

    found = list(checks.nothing_is_lost(notes, by_id(*jobs[1:])))

    assert "job job 0 was acknowledged and is missing" in found


def test_deleted_job_is_not_missed(notes: Notes, batch: work.Work):
    jobs = jobs_of(batch)
    notes.took(batch, [each.id for each in jobs])
    notes.leaving.add("job 0")

    assert list(checks.nothing_is_lost(notes, by_id(*jobs[1:]))) == []


def test_key_that_gives_other_jobs_is_noted(notes: Notes, batch: work.Work):
    first, second = ([f"{run} {place}" for place in range(len(batch.wanted))] for run in "ab")
    notes.took(batch, first)

    notes.took(batch, second)

    assert len(notes.wrong) == 1


def test_deleted_job_that_is_there_is_found():
    notes = Notes(deleted={"a"})

    assert list(checks.what_was_asked_holds(notes, by_id(job()), []))


@pytest.mark.parametrize(
    ("answered", "state", "is_wrong"),
    [
        ("cancelled", "cancelled", False),
        ("cancelled", "succeeded", True),
        ("running", "succeeded", False),
        ("running", "paused", True),
    ],
)
def test_cancelled_job_comes_to_no_other_end(answered: str, state: State, is_wrong: bool):
    notes = Notes()
    notes.stop("a", "cancel", answered)

    assert bool(list(checks.what_was_asked_holds(notes, by_id(job(state=state)), []))) == is_wrong


def test_cancelled_job_that_was_queued_again_is_found():
    notes = Notes()
    notes.stop("a", "cancel", "running")
    later = told("a", "queued", time=notes.stopped["a"].time + 1)

    assert list(checks.what_was_asked_holds(notes, by_id(job(state="cancelled")), later))


# --- ends


def test_job_that_never_ends_is_found():
    assert list(checks.all_have_ended(Notes(), by_id(job(state="running"))))


def test_failed_job_has_killed_the_worker_twice():
    failed = by_id(job(state="failed", crashes=2))

    assert list(checks.all_have_ended(Notes(worker_kills=["a"]), failed))
    assert list(checks.all_have_ended(Notes(worker_kills=["a", "a"]), failed)) == []


def test_second_success_is_found():
    twice = told("a", "queued", "running", "succeeded", "queued", "succeeded")

    assert list(checks.success_is_told_once(by_id(job()), twice[:3])) == []
    assert list(checks.success_is_told_once(by_id(job()), twice))


def test_job_of_which_nothing_is_told_is_found():
    assert list(checks.success_is_told_once(by_id(job()), []))


def test_numbers_that_do_not_rise_are_found():
    events = told("a", "queued", "running")

    assert list(checks.numbers_rise(events)) == []
    assert list(checks.numbers_rise(events[::-1]))


def test_wrong_number_is_found():
    shown = stored(job(ui={"2": {"text": ["5"]}}))

    assert list(checks.numbers_are_shown(shown, {"a": Number(5)})) == []
    assert list(checks.numbers_are_shown(shown, {"a": Number(6)}))


# --- pictures


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """Return an output folder with two pictures."""
    folder = tmp_path / "output"
    folder.mkdir()
    for name in ("one.png", "two.png"):
        Image.new("RGB", (32, 32), "red").save(folder / name)
    return folder


def halved(output: Path) -> None:
    data = (output / "one.png").read_bytes()
    (output / "one.png").write_bytes(data[: len(data) // 2])


def left_behind(output: Path) -> None:
    (output / ".1-00000000-00000000.part").touch()


def test_whole_pictures_are_fine(output: Path):
    assert list(checks.outputs_are_whole(output)) == []


@pytest.mark.parametrize("harm", [halved, left_behind])
def test_half_a_picture_is_found(output: Path, harm: Callable[[Path], None]):
    harm(output)

    assert len(list(checks.outputs_are_whole(output))) == 1


def test_pictures_of_their_jobs_are_fine(output: Path):
    names = (Name("a", "one.png"), Name("b", "two.png"))
    found = stored(saved("a", "one.png"), saved("b", "two.png"), names=names)

    assert list(checks.outputs_are_the_jobs(output, found, {"a": PICTURE}, set())) == []


def test_pictures_that_are_shared_missing_or_nobodys_are_found(output: Path):
    found = stored(saved("a", "one.png"), saved("b", "one.png", "three.png"))

    problems = list(checks.outputs_are_the_jobs(output, found, {"b": PICTURE}, {"one.png"}))

    assert problems == [
        "2 jobs have the output one.png",
        "the output three.png of a job is missing",
        "job b has 2 pictures, not 1",
        "two.png belongs to no job",
    ]


def test_what_a_cancelled_job_made_before_it_was_deleted_is_known(output: Path):
    found = replace(stored(), pictures=[Name("a", "one.png"), Name("b", "two.png")])

    assert found.seen_of({"b"}) == {"two.png"}


def test_other_pixels_are_found(output: Path):
    Image.new("RGB", (32, 32), "blue").save(output / "two.png")
    one, two = (checks.pixels(output / name) for name in ("one.png", "two.png"))

    assert list(checks.pictures_are_equal({"a": [one]}, {"a": [one]})) == []
    assert list(checks.pictures_are_equal({"a": [one]}, {"a": [two]}))


# --- where a kill landed


def recorded(base: Path, job_id: str, answers: int, tail: bytes = b"") -> None:
    """Record so many answers, and a torn one."""
    folder = recordings_of_job(Folders.at(base), job_id)
    folder.mkdir(parents=True)
    frame = FRAME.pack(4, zlib.crc32(b"data")) + b"data"
    recording_of(folder, "5", 0).write_bytes(frame * (1 + answers) + tail)


def scene(base: Path, found: Stored) -> Scene:
    return Scene(base, WORKER, 0.0, found, {"a": PICTURE}, {"heard of", "never heard of"})


@pytest.mark.parametrize(("answers", "is_sampling"), [(0, False), (2, True), (4, False)])
def test_kill_in_sampling_is_told_by_the_answers(tmp_path: Path, answers: int, is_sampling: bool):
    recorded(tmp_path, "a", answers)

    landed = landing("server", scene(tmp_path, stored(job(state="running"))), 0)

    assert landed.places == (["sampling"] if is_sampling else [])
    assert landed.hit == ("a",)


def test_torn_answer_does_not_count(tmp_path: Path):
    recorded(tmp_path, "a", 2, tail=b"\x04\0\0")

    assert answers_recorded(tmp_path, "a", 0.0) == 2


def test_kill_in_saving_is_told_by_what_is_in_the_folder(tmp_path: Path, output: Path):
    names = (Name("a", "one.png"),)

    assert landing(
        "worker", scene(tmp_path, stored(job(state="running"), names=names)), 0
    ).places == ["saving"]
    assert landing("worker", scene(tmp_path, stored(job(), names=names)), 0).places == []


def test_only_parts_of_the_killed_worker_count(output: Path):
    for pid in (WORKER, WORKER + 1):
        (output / f".{pid}-00000000-00000000.part").touch()

    assert len(parts(output, lambda pid: pid == WORKER)) == 1


def test_kill_around_a_commit_is_told_by_what_was_not_answered(tmp_path: Path):
    found = stored(job(state="queued", key="heard of"))

    landed = landing("server", scene(tmp_path, found), 2)

    assert landed.places == ["commit"]
    assert (landed.kept, landed.dropped) == (1, 1)


# --- what is sent


@pytest.mark.parametrize(
    "make", [work.number, work.numbers, work.prompt, work.picture, work.seeds, work.grid]
)
def test_same_seed_makes_the_same_submission(make: Callable[[Random], work.Work]):
    assert make(Random(3)) == make(Random(3))
    assert make(Random(3)) != make(Random(4))


def test_prompt_of_a_picture_sets_its_values():
    sent = work.picture_prompt(Random(5))
    (wanted,) = sent.wanted

    sampler = sent.body["prompt"]["5"]["inputs"]

    assert isinstance(wanted, Picture)
    assert (sampler["seed"], sampler["steps"]) == (wanted.seed, wanted.steps)
    assert sampler["model"] == ["1", 0]
