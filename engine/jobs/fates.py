"""What becomes of a job when its run is over, or the process that ran it: pure decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from engine.errors import WorkerError

if TYPE_CHECKING:
    from engine.errors import EngineError
    from engine.jobs.job import Job
    from engine.worker.host import Death
    from engine.worker.messages import JobEnded

#: A job during which the worker died so often is not tried again.
MOST_CRASHES = 2
#: The same for the server, which operators restart for their own reasons.
MOST_RESTARTS = 10
STDERR_LINES = 20


class Fate(NamedTuple):
    """The fields of a job that change, its state among them, and why, where it is no surprise."""

    fields: dict[str, Any]
    why: str = ""


def ended(state: str, now: float, **fields: Any) -> Fate:
    """Return the end of a job."""
    return Fate({"state": state, "ended": now, "wish": "", **fields})


def failed(error: EngineError, now: float, **fields: Any) -> Fate:
    """Return the end of a job that could not be done."""
    return ended("failed", now, error=error.as_json(), **fields)


def queued_again(why: str, **fields: Any) -> Fate:
    """Return the state of a job that goes on later where it was."""
    return Fate({"state": "queued", "wish": "", **fields}, why)


def wished(job: Job, now: float) -> Fate | None:
    """Return what was asked of a job while it ran, or None."""
    match job.wish:
        case "cancel":
            return ended("cancelled", now)
        case "pause":
            return Fate({"state": "paused", "wish": ""})
        case _:
            return None


def after_run(job: Job, message: JobEnded, now: float, verdict: EngineError | None) -> Fate:
    """Return what follows from the worker's word; `verdict` is why it was stopped unasked."""
    told = {"ui": dict(message.ui), "ran": message.ran, "reused": message.reused}
    match message.how:
        case "succeeded":
            return ended("succeeded", now, **told)
        case "failed":
            return ended("failed", now, error=message.error, **told)
        case "recalled":
            return wished(job, now) or queued_again("")
        case "cancelled" | "paused" if verdict is not None:
            return failed(verdict, now, **told)
        case "cancelled":
            return wished(job, now) or ended("cancelled", now, **told)
        case "paused":
            return wished(job, now) or queued_again(
                "The server was ended while this job ran. It goes on where it was."
            )


def after_death(
    job: Job, death: Death, now: float, verdict: EngineError | None, *, was_begun: bool
) -> Fate:
    """Return what becomes of a job that the worker had when it died."""
    if verdict is not None:
        return failed(verdict, now)
    if (asked := wished(job, now)) is not None:
        return asked
    if not was_begun:
        return queued_again("")
    if death.was_killed:
        return queued_again("The worker was restarted while this job ran. It goes on where it was.")
    crashes = job.crashes + 1
    if crashes >= MOST_CRASHES:
        return failed(_poisonous(death, crashes), now, crashes=crashes)
    return queued_again(
        f"The worker ended while this job ran ({death.how}). It goes on where it was.",
        crashes=crashes,
    )


def after_restart(job: Job, now: float) -> Fate:
    """Return what becomes of a job that ran when the server died."""
    if (asked := wished(job, now)) is not None:
        return asked
    restarts = job.restarts + 1
    if restarts >= MOST_RESTARTS:
        return failed(
            WorkerError(
                f"The server ended {restarts} times while this job ran, so it is not tried again. "
                "Look into the log for why, then retry the job."
            ),
            now,
            restarts=restarts,
        )
    return queued_again(
        "The server ended while this job ran. It goes on where it was.", restarts=restarts
    )


def _poisonous(death: Death, crashes: int) -> WorkerError:
    return WorkerError(
        f"The worker ended {crashes} times while this job ran, last with {death.how}, so the job "
        "is not tried again. Look at the lines that it wrote last; a pack or too little memory "
        "may be the cause.",
        details={"stderr": list(death.stderr[-STDERR_LINES:])},
    )
