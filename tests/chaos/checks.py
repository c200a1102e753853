"""What must hold when all is done: functions of what was noted and what is stored."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from PIL import Image

from engine.jobs.events import JobChanged, Numbered
from engine.jobs.fates import MOST_CRASHES, MOST_RESTARTS
from engine.jobs.job import Job
from tests.chaos.disk import Name, Stored
from tests.chaos.notes import Notes, Stopped
from tests.chaos.work import Number, Picture, Wanted

#: A picture's size and its pixels.
Pixels = tuple[tuple[int, int], bytes]


def nothing_is_lost(notes: Notes, jobs: Mapping[str, Job]) -> Iterator[str]:
    """Yield acknowledged jobs that are missing, and submissions that are there in part."""
    for job in notes.acknowledged():
        if job not in jobs and job not in notes.leaving:
            yield f"job {job} was acknowledged and is missing"
    for key, each in notes.submitted.items():
        if each.ids is not None and not notes.leaving.isdisjoint(each.ids):
            continue
        found = [job.id for job in jobs.values() if key in (job.key, job.id)]
        if len(found) not in (0, len(each.work.wanted)):
            yield f"{len(found)} of {len(each.work.wanted)} jobs of {key} are there"


def what_was_asked_holds(
    notes: Notes, jobs: Mapping[str, Job], events: Sequence[Numbered]
) -> Iterator[str]:
    """Yield jobs that were deleted and are there, or cancelled and went on."""
    for job in notes.deleted:
        if job in jobs:
            yield f"job {job} was deleted and is there"
    by_job = events_by_job(events)
    for job, stopped in notes.stopped.items():
        if stopped.how == "cancel" and job in jobs and job not in notes.unsure:
            yield from _cancelled(jobs[job], stopped, by_job.get(job, ()))


def _cancelled(job: Job, stopped: Stopped, events: Iterable[Numbered]) -> Iterator[str]:
    """A job that ran when it was cancelled may have come to its end first."""
    may_end = ("cancelled",) if stopped.state == "cancelled" else ("cancelled", "succeeded")
    if job.state not in may_end:
        yield f"job {job.id} was cancelled and is {job.state}"
    for each in events:
        is_queued = isinstance(each.event, JobChanged) and each.event.state == "queued"
        if is_queued and each.time > stopped.time:
            yield f"job {job.id} was cancelled and queued again"


def all_have_ended(notes: Notes, jobs: Mapping[str, Job]) -> Iterator[str]:
    """Yield jobs that did not come to the end that they should have."""
    for job in jobs.values():
        match job.state:
            case "succeeded" | "cancelled":
                continue
            case "failed":
                is_poison = (
                    job.crashes >= MOST_CRASHES and notes.worker_kills.count(job.id) >= MOST_CRASHES
                )
                is_worn = (
                    job.restarts >= MOST_RESTARTS
                    and notes.server_kills.count(job.id) >= MOST_RESTARTS
                )
                if not (is_poison or is_worn):
                    yield f"job {job.id} failed: {job.error}"
            case _:
                yield f"job {job.id} is {job.state} for ever"


def success_is_told_once(jobs: Mapping[str, Job], events: Sequence[Numbered]) -> Iterator[str]:
    """Yield jobs whose events do not tell their state, or tell success twice."""
    for job, its in events_by_job(events).items():
        told = [each.event.state for each in its if isinstance(each.event, JobChanged)]
        if job not in jobs:
            continue
        successes = told.count("succeeded")
        if successes != (jobs[job].state == "succeeded"):
            yield f"job {job} is {jobs[job].state} and was told to succeed {successes} times"
        if told[-1] != jobs[job].state:
            yield f"job {job} is {jobs[job].state} and was told to be {told[-1]} last"
    for missing in jobs.keys() - events_by_job(events).keys():
        yield f"nothing is told of job {missing}"


def numbers_rise(events: Sequence[Numbered]) -> Iterator[str]:
    """Yield events that do not come after the one before them."""
    for before, after in pairwise(events):
        if after.seq <= before.seq:
            yield f"event {after.seq} comes after event {before.seq}"


def outputs_are_whole(output: Path) -> Iterator[str]:
    """Yield files of the output folder that are no whole pictures."""
    for path in sorted(output.rglob("*")) if output.is_dir() else ():
        if path.is_dir():
            continue
        if path.suffix != ".png":
            yield f"{path.name} was left behind"
            continue
        try:
            pixels(path)
        except (OSError, SyntaxError, ValueError) as problem:
            yield f"{path.name} is no whole picture: {problem}"


def outputs_are_the_jobs(
    output: Path, found: Stored, wanted: Mapping[str, Wanted], left: set[str]
) -> Iterator[str]:
    """Yield outputs that two jobs share, that are missing, too many, or nobody's."""
    used = Counter(name for job in found.jobs.values() for name in files_of(job))
    for name, count in used.items():
        if count > 1:
            yield f"{count} jobs have the output {name}"
        if not (output / name).is_file():
            yield f"the output {name} of a job is missing"
    for job_id, what in wanted.items():
        job = found.jobs.get(job_id)
        if job is None or job.state != "succeeded":
            continue
        count = what.count if isinstance(what, Picture) else 0
        if len(files_of(job)) != count:
            yield f"job {job_id} has {len(files_of(job))} pictures, not {count}"
    yield from _nobodys(output, found.names, left)


def _nobodys(output: Path, names: Iterable[Name], left: set[str]) -> Iterator[str]:
    reserved = {each.file for each in names} | left
    for path in output.glob("*.png"):
        if path.name not in reserved:
            yield f"{path.name} belongs to no job"


def numbers_are_shown(found: Stored, wanted: Mapping[str, Wanted]) -> Iterator[str]:
    """Yield jobs that showed another number than they were to."""
    for job_id, what in wanted.items():
        job = found.jobs.get(job_id)
        if job is None or job.state != "succeeded" or not isinstance(what, Number):
            continue
        shown = [text for each in job.ui.values() for text in each.get("text", ())]
        if shown != [str(what.value)]:
            yield f"job {job_id} shows {shown}, not {what.value}"


def pictures_are_equal(
    pictures: Mapping[str, Sequence[Pixels]], reference: Mapping[str, Sequence[Pixels]]
) -> Iterator[str]:
    """Yield jobs whose pictures differ from those of an undisturbed run."""
    for job, its in pictures.items():
        if its != reference[job]:
            yield f"the pictures of job {job} differ from those of an undisturbed run"


def events_by_job(events: Iterable[Numbered]) -> dict[str, list[Numbered]]:
    """Return the events of each job, in order."""
    found: dict[str, list[Numbered]] = {}
    for each in events:
        found.setdefault(each.job, []).append(each)
    return found


def files_of(job: Job) -> list[str]:
    """Return the names of a job's pictures below the output folder."""
    return [
        f"{each['subfolder']}/{each['filename']}".lstrip("/")
        for shown in job.ui.values()
        for each in shown.get("images", ())
        if each["type"] == "output"
    ]


def pixels(path: Path) -> Pixels:
    """Return what a picture shows.

    Raises:
        OSError, SyntaxError, ValueError: it is not whole.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with Image.open(path) as picture:
            picture.verify()
        with Image.open(path) as picture:
            picture.load()
            return picture.size, picture.tobytes()
