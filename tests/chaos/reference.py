"""The same pictures from a server that nobody disturbs."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

from tests.chaos.checks import Pixels, files_of, pixels
from tests.chaos.client import Client
from tests.chaos.disk import stored
from tests.chaos.server import Server
from tests.chaos.work import JOBS, WORKFLOW, Picture


def undisturbed(base: Path, wanted: Mapping[str, Picture]) -> dict[str, list[Pixels]]:
    """Return the pictures of every job, made on a base directory of their own."""
    sets = [each.values for each in wanted.values()]
    with Server(base) as server:
        server.start()
        client = Client(server)
        answer = client.change("POST", JOBS, {"workflow": WORKFLOW, "batch": {"sets": sets}})
        assert answer.is_good, answer
        while client.get(f"{JOBS}?state=queued,running&limit=1")["total"]:
            time.sleep(0.1)
        server.stop()
    jobs = stored(base).jobs
    made = [jobs[each["id"]] for each in answer.body["jobs"]]
    return {
        name: [pixels(base / "output" / file) for file in files_of(job)]
        for name, job in zip(wanted, made, strict=True)
    }
