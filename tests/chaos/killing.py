"""The first part: rounds of kills, then a look at all that is left."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from engine.events import Warned
from tests.chaos import checks
from tests.chaos.disk import Stored, stored
from tests.chaos.landing import PLACES, Landing, Place
from tests.chaos.notes import Notes
from tests.chaos.reference import undisturbed
from tests.chaos.rounds import Rounds
from tests.chaos.server import Server
from tests.chaos.work import Picture

VICTIMS = {"server": "the server", "worker": "the worker", "both": "both"}
#: Kills that each place needs, in a run of so many rounds or more.
ENOUGH = 5
ROUNDS_FOR_ENOUGH = 40


@dataclass
class Report:
    """What happened."""

    landings: list[Landing] = field(default_factory=list[Landing])

    def places(self) -> Counter[str]:
        """Return how many kills landed at each place."""
        return Counter(place for each in self.landings for place in each.places)

    def lacking(self) -> list[Place]:
        """Return the places where too few have landed."""
        found = self.places()
        return [place for place in PLACES if found[place] < ENOUGH]


def run(base: Path, rounds: int, seed: int) -> list[str]:
    """Play rounds, finish, and return what does not hold."""
    notes, report = Notes(), Report()
    with Server(base) as server:
        playing = Rounds(server, notes, seed)
        for number in range(1, rounds + 1):
            began = time.monotonic()
            aim, landed = playing.play(number, report.lacking())
            report.landings.append(landed)
            where = " and ".join(landed.places) or "elsewhere"
            print(
                f"round {number:2}: aimed at {aim:8} killed {landed.victim:6} in {where:21} "
                f"after {time.monotonic() - began:4.1f} s",
                flush=True,
            )
        playing.finish()
    found = stored(base)
    print(_table(report, notes, found), flush=True)
    return [*notes.wrong, *_too_few(report, rounds), *_violations(base, notes, found)]


def _violations(base: Path, notes: Notes, found: Stored) -> list[str]:
    jobs, output, wanted = found.jobs, base / "output", notes.acknowledged()
    left = notes.left_files | found.seen_of(notes.leaving)
    return [
        *found.damage,
        *checks.nothing_is_lost(notes, jobs),
        *checks.what_was_asked_holds(notes, jobs, found.events),
        *checks.all_have_ended(notes, jobs),
        *checks.success_is_told_once(jobs, found.events),
        *checks.numbers_rise(found.events),
        *checks.outputs_are_whole(output),
        *checks.outputs_are_the_jobs(output, found, wanted, left),
        *checks.numbers_are_shown(found, wanted),
        *_differing(base, notes, found),
    ]


def _differing(base: Path, notes: Notes, found: Stored) -> list[str]:
    wanted = {
        job: what
        for job, what in notes.acknowledged().items()
        if isinstance(what, Picture) and job in found.jobs and found.jobs[job].state == "succeeded"
    }
    if not wanted:
        return []
    pictures = {
        job: [checks.pixels(base / "output" / name) for name in checks.files_of(found.jobs[job])]
        for job in wanted
    }
    print(f"{len(wanted)} jobs of pictures are made again, undisturbed", flush=True)
    again = undisturbed(base.with_name("undisturbed"), wanted)
    return list(checks.pictures_are_equal(pictures, again))


def _too_few(report: Report, rounds: int) -> list[str]:
    if rounds < ROUNDS_FOR_ENOUGH:
        return []
    places = report.places()
    return [
        f"only {places[place]} kills landed in {place}, not {ENOUGH}" for place in report.lacking()
    ]


def _table(report: Report, notes: Notes, found: Stored) -> str:
    victims = Counter(each.victim for each in report.landings)
    states = Counter(job.state for job in found.jobs.values())
    sampled = {each.sampled for each in report.landings} - {""}
    resumed = [job for job in sampled if job in found.jobs and found.jobs[job].state == "succeeded"]
    went_on = [job for job in found.jobs.values() if job.crashes or job.restarts]
    again = {
        each.job
        for each in found.events
        if isinstance(each.event, Warned) and "starts again" in each.event.message
    }
    poisonous = [job for job in found.jobs.values() if job.state == "failed"]
    rows: list[tuple[str, object]] = [
        ("rounds", len(report.landings)),
        *((f"kills of {VICTIMS[name]}", count) for name, count in victims.items()),
        *((f"landed in {place}", report.places()[place]) for place in PLACES),
        ("landed elsewhere", sum(not each.places for each in report.landings)),
        ("submissions", len(notes.submitted)),
        ("unanswered, stored whole", sum(each.kept for each in report.landings)),
        ("unanswered, not stored", sum(each.dropped for each in report.landings)),
        *sorted(notes.done.items()),
        ("jobs acknowledged", len(notes.acknowledged())),
        *((f"jobs {state}", count) for state, count in states.items()),
        ("jobs that killed too often", len(poisonous)),
        ("killed jobs that then succeeded", sum(job.state == "succeeded" for job in went_on)),
        ("samplings that went on after a kill", len(set(resumed) - again)),
        ("samplings that began again", len(again)),
    ]
    return "\n" + "\n".join(f"{name:>36}  {value}" for name, value in rows)
